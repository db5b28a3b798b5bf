package io.chiaroscuro.spark.standalone;

import io.chiaroscuro.spark.cluster.ClusterSession;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a cluster of three nodes and a session on it, one for all tests of the module: what
 * they start in processes takes longer than they do. A test that loses a node brings another.
 */
final class OnCluster implements ParameterResolver {

  static final int NODES = 3;

  private record Running(Path folder, StandaloneCluster cluster, SparkSession session)
      implements AutoCloseable {

    static Running start() {
      try {
        Path folder = Files.createTempDirectory("chiaroscuro-cluster");
        var cluster = StandaloneCluster.start(folder).withWorkers(NODES);
        return new Running(folder, cluster, openSession(cluster.url()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        session.stop();
      } finally {
        cluster.close();
      }
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** A session as the product opens it, whose executors find the classes where they lie. */
  private static SparkSession openSession(String master) {
    Map.of(
            "spark.driver.host", "127.0.0.1",
            "spark.executor.memory", "512m",
            "spark.executor.extraClassPath", ownClassPath(),
            "spark.executor.extraJavaOptions", String.join(" ", executorOptions()),
            "spark.jars", "")
        .forEach(System::setProperty);
    return new ClusterSession("tests", Optional.of(master), 1).open();
  }

  /** What is not Spark's. */
  static String ownClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .filter(
            entry -> !Files.exists(Daemon.SPARK_HOME.resolve("jars").resolve(entry.getFileName())))
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> executorOptions() {
    return Stream.concat(
            Stream.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("org.bytedeco."))
                .map(name -> "-D%s=%s".formatted(name, System.getProperty(name))))
        .toList();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    Class<?> type = parameter.getParameter().getType();
    return type == StandaloneCluster.class || type == SparkSession.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    Running running =
        test.getRoot()
            .getStore(ExtensionContext.Namespace.create(OnCluster.class))
            .computeIfAbsent(Running.class, key -> Running.start(), Running.class);
    return parameter.getParameter().getType() == SparkSession.class
        ? running.session()
        : running.cluster();
  }
}
