package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.hub.Wanted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is put onto the checkpoint. */
final class AdapterOptions {

  @Option(
      names = "--lora",
      paramLabel = "NAME[:WEIGHT]",
      description = {
        "Adapt the model by this LoRA, in diffusers' or kohya's format: a file, a folder with one,"
            + " or",
        "its name on the Hugging Face hub; WEIGHT is how much of it (default: 1). Several add up."
      })
  private List<String> loras = List.of();

  @Option(
      names = "--embedding",
      paramLabel = "NAME[:TOKEN]",
      description = {
        "Let prompts use this word found by textual inversion: a file, a folder with one, or its"
            + " name",
        "on the Hugging Face hub; TOKEN is what stands for it (default: what the file says). May"
            + " be",
        "repeated."
      })
  private List<String> embeddings = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * A LoRA that was asked for.
   *
   * @param weight how much of it
   */
  record WeightedLora(Path path, double weight) {}

  /**
   * An embedding that was asked for.
   *
   * @param token what stands for it, if not what the file says
   */
  record NamedEmbedding(Path path, Optional<String> token) {}

  /**
   * @throws InvalidInputException if a weight is no number
   */
  List<WeightedLora> loras() {
    return loras.stream()
        .map(
            argument -> {
              double weight = suffix(argument).map(word -> weight(argument, word)).orElse(1.0);
              return new WeightedLora(file(name(argument), LoraFile.NAME, Wanted.LORA), weight);
            })
        .toList();
  }

  List<NamedEmbedding> embeddings() {
    return embeddings.stream()
        .map(
            argument ->
                new NamedEmbedding(
                    file(name(argument), LearnedEmbedding.NAME, Wanted.EMBEDDING),
                    suffix(argument)))
        .toList();
  }

  private static double weight(String argument, String weight) {
    try {
      double value = Double.parseDouble(weight);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // As senseless as one that is not finite.
    }
    throw new InvalidInputException(
        "--lora '%s': the weight '%s' is no number; write %s:0.8."
            .formatted(argument, weight, name(argument)));
  }

  /** What is before the last colon; all of it where there is a file of the whole name. */
  private static String name(String argument) {
    return suffix(argument)
        .map(suffix -> argument.substring(0, argument.length() - suffix.length() - 1))
        .orElse(argument);
  }

  private static Optional<String> suffix(String argument) {
    int colon = argument.lastIndexOf(':');
    return colon <= 0 || Files.exists(Path.of(argument))
        ? Optional.empty()
        : Optional.of(argument.substring(colon + 1));
  }

  /** Says what is missing before a checkpoint of gigabytes is loaded. */
  private Path file(String name, String usualFile, Wanted wanted) {
    Path path = HubModels.of(command).find(name, wanted, command.commandLine().getErr());
    Path file = Files.isDirectory(path) ? path.resolve(usualFile) : path;
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s does not exist; give a safetensors file, or a folder with %s."
              .formatted(file, usualFile));
    }
    return file;
  }
}
