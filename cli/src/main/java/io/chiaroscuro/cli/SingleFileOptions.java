package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.original.SingleFile;
import io.chiaroscuro.scheduler.PredictionType;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a checkpoint in one file does not say of itself. */
final class SingleFileOptions {

  /** CLIP's own, by which all of Stable Diffusion splits texts. */
  private static final String USUAL_TOKENIZER = "openai/clip-vit-large-patch14";

  @Option(
      names = "--tokenizer",
      paramLabel = "NAME",
      description = {
        "For a model in one file, which carries none: a folder with vocab.json and merges.txt, any",
        "Stable Diffusion checkpoint, or the name of either on the hub (default: "
            + USUAL_TOKENIZER
            + ")."
      })
  private String tokenizer;

  @Option(
      names = "--prediction-type",
      paramLabel = "TYPE",
      description = {
        "For a model in one file: epsilon or v_prediction (default: as the file says; otherwise",
        "v_prediction for 2.x, epsilon for the others)."
      })
  private String predictionType;

  /** Opens a model in one file. */
  SingleFile open(Path file) {
    return SingleFile.open(file, predictionType());
  }

  /** Opens a model in either layout, for pictures or latents alone. */
  Checkpoint checkpoint(Path model) {
    if (Files.isRegularFile(model)) {
      return open(model).checkpoint(Optional.empty());
    }
    requireNone(model);
    return Checkpoint.open(model);
  }

  /**
   * As {@link #checkpoint}, for texts too.
   *
   * @param command whose options these are, at any depth
   */
  Checkpoint checkpointWithTokenizer(Path model, CommandSpec command) {
    if (Files.isRegularFile(model)) {
      SingleFile file = open(model);
      return file.checkpoint(Optional.of(tokenizer(file, command)));
    }
    return checkpoint(model);
  }

  /** The tokenizer for a model in one file, fetched if need be. */
  Path tokenizer(SingleFile model, CommandSpec command) {
    HubModels models = HubModels.of(command);
    PrintWriter err = command.commandLine().getErr();
    if (tokenizer != null) {
      return models.find(tokenizer, Wanted.TOKENIZER, err);
    }
    try {
      return models.find(USUAL_TOKENIZER, Wanted.TOKENIZER, err);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          "%s is one file, which carries no tokenizer, and %s could not be had (%s); add --tokenizer with a folder that holds vocab.json and merges.txt, or with any Stable Diffusion checkpoint."
              .formatted(model.path(), USUAL_TOKENIZER, e.getMessage().replaceFirst("\\.$", "")),
          e);
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
