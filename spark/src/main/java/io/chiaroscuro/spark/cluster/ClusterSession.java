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
  static final String MEMORY_OVERHEAD = "6g";

  /** System properties that native code is found and chosen by. */
  private static final String[] NATIVE_PROPERTIES = {
    "org.bytedeco.openblas.load", "org.bytedeco.javacpp.maxPhysicalBytes"
  };

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
    conf.setIfMissing("spark.executor.memoryOverhead", MEMORY_OVERHEAD);
    conf.setIfMissing("spark.executor.extraJavaOptions", nativeOptions());
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
   * failures. Only executors that fail are, where many of them share a node.
   */
  private static void excludeBrokenNodes(SparkConf conf) {
    conf.setIfMissing("spark.excludeOnFailure.enabled", "true");
    conf.setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", "2");
    conf.setIfMissing("spark.excludeOnFailure.task.maxTaskAttemptsPerNode", "4");
    conf.setIfMissing("spark.task.maxFailures", "8"); // More, or one bad node ends the job.
  }

  private static String nativeOptions() {
    StringBuilder options = new StringBuilder("--enable-native-access=ALL-UNNAMED");
    for (String property : NATIVE_PROPERTIES) {
      String value = System.getProperty(property);
      if (value != null) {
        options.append(" -D").append(property).append('=').append(value);
      }
    }
    return options.toString();
  }
}
