package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code chiaroscuro spark}: Spark's own processes, which are no matter of ours: the launcher
 * starts them in place of this program, and here is but what it says of them.
 */
@Command(
    name = "spark",
    description = {
      "Starts a part of Apache Spark, fetched on first use; SPARK_HOME may name another.",
      "",
      "  chiaroscuro spark master [--host H] [--port P]        what sessions ask for a cluster",
      "  chiaroscuro spark worker [--cores N] [--memory 8g] spark://H:P    a node of it",
      "  chiaroscuro spark submit [OPTIONS] chiaroscuro-spark-PLATFORM.jar COMMAND --spark ...",
      "",
      "All options are Spark's; '--help' behind the word lists them.",
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro spark master --host 127.0.0.1",
      "  chiaroscuro spark worker spark://127.0.0.1:7077",
      "  chiaroscuro stats --spark spark://127.0.0.1:7077 --data-dir photos --output-dir leak",
    })
final class SparkCommand implements Runnable {

  @Parameters(arity = "0..*", paramLabel = "WORD", description = "master, worker or submit.")
  private List<String> words = List.of();

  @Override
  public void run() {
    throw new InvalidInputException(
        words.isEmpty() || !List.of("master", "worker", "submit").contains(words.get(0))
            ? "Spark has the parts master, worker and submit; say 'spark master' for example."
            : "Spark's %s is started by the launcher ./chiaroscuro; without it, by Spark's own scripts."
                .formatted(words.get(0)));
  }
}
