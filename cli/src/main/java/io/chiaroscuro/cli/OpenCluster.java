package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.spark.cluster.ClusterSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.javacpp.Loader;

/**
 * A session on a cluster for one command. Where Spark would wait for ever, for a master that does
 * not answer or for a worker that does not come, it says so after a while.
 */
final class OpenCluster implements AutoCloseable {

  private static final String STANDALONE = "spark://";
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration MASTER = Duration.ofSeconds(30);
  private static final Duration FIRST_EXECUTOR = Duration.ofSeconds(120);

  private final SparkSession session;

  private OpenCluster(SparkSession session) {
    this.session = session;
  }

  /**
   * Does a command's work in a session.
   *
   * @param name of the application
   * @throws InvalidInputException if the cluster cannot be had, or its work failed
   */
  static <T> T run(SparkOptions options, String name, Function<SparkSession, T> work) {
    options.check();
    chooseNativeLibraries();
    options.master().filter(master -> master.startsWith(STANDALONE)).ifPresent(OpenCluster::reach);
    try (var cluster =
        new OpenCluster(new ClusterSession(name, options.master(), options.threads()).open())) {
      cluster.awaitExecutor();
      return work.apply(cluster.session);
    } catch (Exception e) {
      throw sentence(e);
    }
  }

  /** As the launcher does it, which {@code spark-submit} has nothing of. */
  private static void chooseNativeLibraries() {
    String mkl = "/org/bytedeco/mkl/%s/".formatted(Loader.getPlatform());
    setIfMissing(
        "org.bytedeco.openblas.load",
        OpenCluster.class.getResource(mkl) == null ? "openblas" : "mkl");
    setIfMissing("org.bytedeco.javacpp.maxPhysicalBytes", "0");
  }

  private static void setIfMissing(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** As Spark finds a path: one without a scheme lies on this machine if it is there. */
  static String uri(String path) {
    return path.contains("://") || !Files.exists(Path.of(path))
        ? path
        : Path.of(path).toAbsolutePath().toUri().toString();
  }

  /** One of the masters must answer; it may just be starting. */
  private static void reach(String url) {
    long end = System.nanoTime() + MASTER.toNanos();
    while (!anyAnswers(url)) {
      if (System.nanoTime() > end) {
        throw new InvalidInputException(
            "No master answers at %s; start one by './chiaroscuro spark master', or correct --spark."
                .formatted(url));
      }
      pause();
    }
  }

  private static boolean anyAnswers(String url) {
    for (String address : url.substring(STANDALONE.length()).split(",")) {
      String[] hostAndPort = address.split(":");
      try (var socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1])),
            (int) CONNECTING.toMillis());
        return true;
      } catch (IOException e) {
        // The next may.
      } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
        throw new InvalidInputException(
            "'%s' is no master's address; write --spark=spark://HOST:7077 for example."
                .formatted(url),
            e);
      }
    }
    return false;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvalidInputException("Interrupted while waiting for the cluster; try again.", e);
    }
  }

  /** Only the standalone mode has nobody who would start a node when one is wanted. */
  private void awaitExecutor() {
    var context = session.sparkContext();
    if (!context.master().startsWith(STANDALONE)) {
      return;
    }
    long end = System.nanoTime() + FIRST_EXECUTOR.toNanos();
    while (context.statusTracker().getExecutorInfos().length <= 1) { // The driver is one of them.
      if (context.isStopped() || System.nanoTime() > end) {
        throw new InvalidInputException(
            "No worker of %s has begun within %d seconds; start one by './chiaroscuro spark worker %s', or ask for less by --spark-threads or spark.executor.memory."
                .formatted(context.master(), FIRST_EXECUTOR.toSeconds(), context.master()));
      }
      pause();
    }
  }

  /** What a task refused is said as on one machine; what Spark says, without what it adds. */
  private static RuntimeException sentence(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidInputException refused) {
        return refused;
      }
    }
    String said =
        String.valueOf(e.getMessage())
            .lines()
            .findFirst()
            .orElse("")
            .replaceFirst("^\\[\\w+]\\s*", "")
            .replaceFirst("[.;]?\\s*(SQLSTATE.*)?$", "");
    if (e instanceof AnalysisException) {
      return new InvalidInputException("Spark refuses this: %s; correct it.".formatted(said), e);
    }
    if (e instanceof SparkException || e.getCause() instanceof SparkException) {
      return new InvalidInputException(
          "Spark could not finish: %s; the executors' logs say more.".formatted(said), e);
    }
    return e instanceof RuntimeException unforeseen ? unforeseen : new IllegalStateException(e);
  }

  @Override
  public void close() {
    session.stop();
  }
}
