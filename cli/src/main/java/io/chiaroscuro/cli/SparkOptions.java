package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/**
 * Whether and on which cluster of Apache Spark's a command runs. Nothing here names a class of
 * Spark's, which only those who ask for it have.
 */
final class SparkOptions {

  private static final Pattern MASTER =
      Pattern.compile("local(-cluster)?(\\[.*])?|(spark|k8s)://.+|yarn");

  @Option(
      names = "--spark",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "MASTER",
      description = {
        "Run on Apache Spark: spark://HOST:7077, local[4], yarn or k8s://...; alone under",
        "spark-submit, which then says where. Paths may be whatever Hadoop reads."
      })
  private String master;

  @Option(
      names = "--spark-threads",
      defaultValue = "1",
      paramLabel = "N",
      description = "Cores for each of Spark's tasks (default: ${DEFAULT-VALUE}).")
  private int threads;

  /** Whether the command shall run there. */
  boolean isGiven() {
    return master != null;
  }

  /** How Spark calls the cluster; empty where {@code spark-submit} says it. */
  Optional<String> master() {
    return Optional.of(master).filter(name -> !name.isEmpty());
  }

  int threads() {
    return threads;
  }

  /**
   * Refuses what cannot be meant, before any class is named that needs Spark.
   *
   * @throws InvalidInputException naming what is wrong, or that there is no Spark
   */
  void check() {
    if (threads < 1) {
      throw new InvalidInputException("--spark-threads is %d; give 1 or more.".formatted(threads));
    }
    if (!master.isEmpty() && !MASTER.matcher(master).matches()) {
      throw new InvalidInputException(
          "'%s' is no master of Spark's; write --spark=spark://HOST:7077 or --spark='local[4]' for example."
              .formatted(master));
    }
    try {
      Class.forName("org.apache.spark.sql.SparkSession", false, getClass().getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new InvalidInputException(
          "There is no Spark on the class path; start the launcher ./chiaroscuro, which fetches it, or spark-submit.",
          e);
    }
  }

  /**
   * Refuses an option that has no meaning on a cluster.
   *
   * @throws InvalidInputException if it was given
   */
  void forbid(String option, boolean isGiven) {
    if (isGiven) {
      throw new InvalidInputException(
          "%s is for one machine; leave it out with --spark.".formatted(option));
    }
  }
}
