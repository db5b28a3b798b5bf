package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * A session of Spark's with settings that suit native code. What {@code spark-submit}, {@code
 * spark-defaults.conf} or a system property says goes before them.
 *
 * @param name of the application
 * @param master as Spark names it, {@code local[4]} or {@code spark://host:7077} for example; empty
 *     where {@code spark-submit} says it
 * @param threadsPerTask that a task computes with, at least 1: cores of an executor divided by this
 *     is how many pictures it has in memory
 */
public record ClusterSession(String name, Optional<String> master, int threadsPerTask) {

  /** Weights and activations lie outside of the Java heap, which is all that Spark knows of. */
  private static final String MEMORY_OVERHEAD = "6g";

  /** Which matrix library libtorch takes. */
  private static final String BLAS = "org.bytedeco.openblas.load";

  /** By which the launcher asks for large pages. */
  private static final String ALLOCATOR = "GLIBC_TUNABLES";

  public ClusterSession {
    if (threadsPerTask < 1) {
      throw new InvalidInputException(
          "The threads for a task are %d; give 1 or more.".formatted(threadsPerTask));
    }
  }

  /**
   * Opens it, or finds the one that is open in this process.
   *
   * @throws InvalidInputException if no master is named anywhere
   */
  public SparkSession open() {
    SparkConf conf = configure(new SparkConf());
    if (!conf.contains("spark.master")) {
      throw new InvalidInputException(
          "No master of Spark's is named; name one, local[*] or spark://host:7077 for example, or start by spark-submit.");
    }
    return SparkSession.builder().config(conf).getOrCreate();
  }

  SparkConf configure(SparkConf conf) {
    master.ifPresent(conf::setMaster);
    conf.setIfMissing("spark.app.name", name);
    conf.setIfMissing("spark.task.cpus", Integer.toString(threadsPerTask));
    String cpus = conf.get("spark.task.cpus");
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", cpus);
    if (!conf.contains("spark.executor.memoryOverheadFactor")) {
      conf.setIfMissing("spark.executor.memoryOverhead", MEMORY_OVERHEAD);
    }
    conf.set(
        "spark.executor.extraJavaOptions",
        (nativeOptions() + " " + conf.get("spark.executor.extraJavaOptions", "")).strip());
    if (System.getenv(ALLOCATOR) != null) {
      conf.setIfMissing("spark.executorEnv." + ALLOCATOR, System.getenv(ALLOCATOR));
    }
    // One copy of what the driver sends for all executors of a node.
    conf.setIfMissing("spark.files.useFetchCache", "true");
    conf.setIfMissing("spark.ui.enabled", "false");
    if (!conf.get("spark.master", "").startsWith("local")) {
      excludeBrokenNodes(conf);
      if (!OwnJars.areThere(conf)) {
        conf.set("spark.jars", String.join(",", OwnJars.list()));
      }
    }
    return conf;
  }

  /**
   * A node that cannot do its part, without room on its disk for example, is left alone after a few
   * failures. A task is tried often enough to outlive several of them; and where all executors
   * share a node, as in a cluster of one, those that fail are left alone and not the node.
   */
  private static void excludeBrokenNodes(SparkConf conf) {
    conf.setIfMissing("spark.task.maxFailures", "8");
    int attempts = conf.getInt("spark.task.maxFailures", 0);
    if (attempts > 2) { // Spark refuses to exclude a node only when a task has failed for good.
      conf.setIfMissing("spark.excludeOnFailure.enabled", "true");
      conf.setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", "2");
      conf.setIfMissing(
          "spark.excludeOnFailure.task.maxTaskAttemptsPerNode", Integer.toString(attempts - 1));
    }
  }

  /**
   * Executors compute with what the driver computes with; mapped weights are not for JavaCPP to
   * limit. As the work is native, one thread is enough to collect garbage, and leaves the cores to
   * it.
   */
  private static String nativeOptions() {
    String blas = System.getProperty(BLAS);
    return "--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"
        + (blas == null ? "" : " -D%s=%s".formatted(BLAS, blas));
  }
}
