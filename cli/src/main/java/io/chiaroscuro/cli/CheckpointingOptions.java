package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where results go, and how a run continues. */
final class CheckpointingOptions {

  private static final String LATEST = "latest";

  @Option(
      names = "--output-dir",
      required = true,
      paramLabel = "FOLDER",
      description = {
        "Where the result is written, with metrics.jsonl, TensorBoard's logs, samples and",
        "checkpoints."
      })
  private Path outputDir;

  @Option(
      names = "--checkpointing-steps",
      defaultValue = "500",
      paramLabel = "N",
      description = "Steps between checkpoints (default: ${DEFAULT-VALUE}).")
  private long checkpointingSteps;

  @Option(
      names = "--checkpoints-total-limit",
      defaultValue = "3",
      paramLabel = "N",
      description = "How many are kept (default: ${DEFAULT-VALUE}).")
  private int checkpointsTotalLimit;

  @Option(
      names = {"--resume-from-checkpoint", "--resume"},
      arity = "0..1",
      fallbackValue = LATEST,
      paramLabel = "latest|CHECKPOINT",
      description = {
        "Continue, bit for bit as if it had not been interrupted; begin where there is no",
        "checkpoint yet."
      })
  private String resumeFromCheckpoint;

  @Option(
      names = "--validation-steps",
      defaultValue = "100",
      paramLabel = "N",
      description = "Steps between samples (default: ${DEFAULT-VALUE}).")
  private long validationSteps;

  Path outputDir() {
    return outputDir;
  }

  long steps() {
    return checkpointingSteps;
  }

  int totalLimit() {
    return checkpointsTotalLimit;
  }

  long validationSteps() {
    return validationSteps;
  }

  boolean isFresh() {
    return resumeFromCheckpoint == null;
  }

  /** The checkpoint to resume from; empty for the latest. */
  Optional<Path> chosen() {
    return Optional.ofNullable(resumeFromCheckpoint)
        .filter(name -> !name.equals(LATEST))
        .map(Path::of);
  }

  void requireOtherThan(Path model) {
    if (outputDir.toAbsolutePath().normalize().equals(model.toAbsolutePath().normalize())) {
      throw new InvalidInputException(
          "The result would overwrite the checkpoint %s; choose another --output-dir."
              .formatted(model));
    }
  }
}
