package io.chiaroscuro.cli;

import io.chiaroscuro.adapter.EmbeddingFile;
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
        "Adapt the model by this LoRA, in PEFT's, diffusers', kohya's or cloneofsimo's format: a file,",
        "a folder with one, or its name on the Hugging Face hub; WEIGHT is how much of it (default: 1),",
        "or unet=WEIGHT:te=WEIGHT of UNet and text encoder. Several add up. Words in the file can be",
        "used in prompts."
      })
  private List<String> loras = List.of();

  @Option(
      names = "--merge-loras",
      description = {
        "Merge the LoRAs into the weights, which takes a moment and memory for the layers they adapt,",
        "but then costs nothing in each step."
      })
  private boolean mergeLoras;

  @Option(
      names = "--embedding",
      paramLabel = "NAME[:TOKEN]",
      description = {
        "Let prompts use this word found by textual inversion: a file, a folder with one, or its name",
        "on the Hugging Face hub; TOKEN is what stands for it (default: what the file says). May be",
        "repeated."
      })
  private List<String> embeddings = List.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * An embedding that was asked for.
   *
   * @param token what stands for it, if not what the file says
   */
  record NamedEmbedding(Path path, Optional<String> token) {}

  /**
   * @throws InvalidInputException if a weight is no number, or there is no such file
   */
  List<WantedLora> loras() {
    return loras.stream().map(WantedLora::parse).map(this::found).toList();
  }

  /** Says what is missing before a checkpoint of gigabytes is loaded. */
  private WantedLora found(WantedLora wanted) {
    Path path = found(wanted.name(), Wanted.LORA);
    LoraFile.files(path);
    return new WantedLora(path.toString(), wanted.weight());
  }

  private Path found(String name, Wanted wanted) {
    return HubModels.of(command).find(name, wanted, command.commandLine().getErr());
  }

  /** Whether they become a part of the weights. */
  boolean mergeLoras() {
    return mergeLoras;
  }

  List<NamedEmbedding> embeddings() {
    return embeddings.stream()
        .map(
            argument ->
                new NamedEmbedding(
                    EmbeddingFile.file(found(name(argument), Wanted.EMBEDDING)), suffix(argument)))
        .toList();
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
}
