package io.chiaroscuro.spark.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.spark.launcher.JavaModuleOptions;

/** One of Spark's daemons in a process of its own, which ends with this one at the latest. */
final class Daemon implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Spark's jars alone: what a cluster's nodes have. */
  static final Path SPARK_HOME = Path.of("..", "spark-home", "target").toAbsolutePath().normalize();

  private final Process process;
  private final Path log;

  private Daemon(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param main its class
   * @param address of the loopback, which is its host's name
   * @param log where it writes what it tells
   * @param environment variables beside those that every daemon has
   */
  static Daemon start(
      String main, String address, Path log, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dspark.master.rest.enabled=false",
            "-Dlog4j2.configurationFile=org/apache/spark/log4j2-defaults.properties",
            "-cp",
            ownClasses() + ":" + SPARK_HOME.resolve("jars") + "/*",
            Tether.class.getName(),
            main,
            "--host",
            address,
            "--port",
            "0",
            "--webui-port",
            "0"));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", SPARK_HOME.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", address);
    builder.environment().putAll(environment);
    try {
      Files.createDirectories(log.getParent());
      return new Daemon(
          builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path ownClasses() {
    return Path.of(Tether.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  /** Waits until the log says it. */
  MatchResult await(Pattern said) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (System.nanoTime() < end && process.isAlive()) {
        var found = said.matcher(Files.readString(log));
        if (found.find()) {
          return found.toMatchResult();
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
      throw new IllegalStateException(
          "'%s' was not said:%n%s".formatted(said, Files.readString(log)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while a daemon started.", e);
    }
  }

  /** The JVMs that it has started, which are the executors of a worker. */
  List<ProcessHandle> children() {
    return process
        .children()
        .filter(child -> child.info().command().filter(c -> c.endsWith("java")).isPresent())
        .toList();
  }

  /** Ends it with its children, at once and without a word: kill -9. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(one -> one.onExit().join());
  }
}
