package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.original.SingleFile;
import io.chiaroscuro.scheduler.PredictionType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a checkpoint in one file does not say of itself. */
final class SingleFileOptions {

  @Option(
      names = "--tokenizer",
      paramLabel = "FOLDER",
      description = {
        "For a model in one file, which carries none: a folder with vocab.json and merges.txt, or",
        "any Stable Diffusion checkpoint that has one."
      })
  private Path tokenizer;

  @Option(
      names = "--prediction-type",
      paramLabel = "TYPE",
      description = {
        "For a model in one file: epsilon or v_prediction (default: as the file says; otherwise",
        "v_prediction for 2.x, epsilon for the others)."
      })
  private String predictionType;

  Optional<Path> tokenizer() {
    return Optional.ofNullable(tokenizer);
  }

  /** Opens a model in one file. */
  SingleFile open(Path file) {
    return SingleFile.open(file, predictionType());
  }

  /** Opens a model in either layout, for pictures or latents alone. */
  Checkpoint checkpoint(Path model) {
    if (Files.isRegularFile(model)) {
      return open(model).checkpoint(tokenizer());
    }
    requireNone(model);
    return Checkpoint.open(model);
  }

  /** As {@link #checkpoint}, for texts too. */
  Checkpoint checkpointWithTokenizer(Path model) {
    if (Files.isRegularFile(model)) {
      requireTokenizer(model);
    }
    return checkpoint(model);
  }

  private void requireTokenizer(Path file) {
    if (tokenizer == null) {
      throw new InvalidInputException(
          "%s is one file, which carries no tokenizer; add --tokenizer with a folder that holds vocab.json and merges.txt, or with any Stable Diffusion checkpoint."
              .formatted(file));
    }
  }

  private void requireNone(Path folder) {
    if (tokenizer != null || predictionType != null) {
      throw new InvalidInputException(
          "%s is a folder, which says itself what %s would; leave that out."
              .formatted(folder, tokenizer != null ? "--tokenizer" : "--prediction-type"));
    }
  }

  private Optional<PredictionType> predictionType() {
    return Optional.ofNullable(predictionType)
        .map(
            word ->
                switch (word) {
                  case "epsilon" -> PredictionType.EPSILON;
                  case "v_prediction", "v-prediction" -> PredictionType.V_PREDICTION;
                  default ->
                      throw new InvalidInputException(
                          "Unknown prediction type '%s'; choose epsilon or v_prediction."
                              .formatted(word));
                });
  }
}
