package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.TensorFiles;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.hub.Hub;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.image.ImageFormat;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro inspect}: tells what a file or folder is and what can be known of it. */
@Command(
    name = "inspect",
    description = {
      "Tells what a file or folder is: an image with its settings, signal-leak statistics, a"
          + " checkpoint or a part of it, a LoRA, a learnt word, another file of weights.",
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionLine.class,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro inspect outputs/42-leak.png    # prompt, seed and settings",
      "  chiaroscuro inspect leak                   # what the statistics model",
      "  chiaroscuro inspect leak --model MODEL     # and their mean brightness",
      "  chiaroscuro inspect MODEL --json",
      "  chiaroscuro inspect lora.safetensors       # its format, family, rank and words",
      "  chiaroscuro inspect v1-5-pruned.ckpt",
      "  chiaroscuro inspect org/name               # what was fetched from the hub",
      "  chiaroscuro inspect lora.safetensors --all",
    })
final class InspectCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE|DIR|NAME",
      description = {
        "What to inspect: a file, a folder, or the name of what was fetched from the hub",
        "(default: the small model inside Chiaroscuro)."
      })
  private List<String> names;

  @Option(
      names = {"--model", "--pretrained-model-name-or-path"},
      paramLabel = "NAME",
      description = "A checkpoint whose VAE decodes the mean of statistics.")
  private String model;

  @Option(names = "--all", description = "List every tensor and all metadata.")
  private boolean all;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    int exitCode = ExitCode.OK;
    String gap = "";
    for (String name : given()) {
      try {
        Facts facts = inspect(path(name));
        json.print(out, facts.json(), gap + facts.prose());
        gap = "\n";
      } catch (InvalidInputException e) {
        exitCode = OneSentence.print(spec.commandLine().getErr(), e);
      }
    }
    return exitCode;
  }

  private List<String> given() {
    return names == null ? List.of(EmbeddedModel.ofThisBuild().checkpoint().toString()) : names;
  }

  /** Nothing is fetched just to be looked at. */
  private Path path(String name) {
    return Hub.local(name)
        .or(() -> HubModels.of(spec).hub().cached(name))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "There is no file or folder '%s', and nothing whole of that name was fetched from the hub; name what exists, or fetch it by 'chiaroscuro pull' first."
                        .formatted(name)));
  }

  private Facts inspect(Path path) {
    if (Files.isDirectory(path)) {
      return inspectFolder(path);
    }
    Optional<ImageFormat> format = ImageFormat.of(path);
    if (format.isPresent()) {
      return PictureFacts.of(path, format.get());
    }
    if (TensorFiles.isNamedLikeOne(path)) {
      Facts adapter = AdapterFacts.of(path);
      return WeightFacts.ofFile(path, all).addAll(adapter);
    }
    throw new InvalidInputException(
        "'%s' is neither an image nor a file of weights (.safetensors, .ckpt, .bin, .pt); nothing else can be inspected."
            .formatted(path));
  }

  private Path checkpoint(String name) {
    return HubModels.of(spec).find(name, Wanted.CHECKPOINT, spec.commandLine().getErr());
  }

  private Facts inspectFolder(Path folder) {
    if (CheckpointFacts.fit(folder)) {
      return CheckpointFacts.of(folder);
    }
    if (StatisticsFacts.fit(folder)) {
      return StatisticsFacts.of(folder, Optional.ofNullable(model).map(this::checkpoint));
    }
    if (CheckpointFacts.fitScheduler(folder)) {
      return CheckpointFacts.ofScheduler(folder);
    }
    Component component =
        Component.in(folder)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "The folder '%s' holds no checkpoint, no part of one and no signal-leak statistics; of images the brightness command tells more."
                            .formatted(folder)));
    return CheckpointFacts.ofNetwork(component, folder);
  }
}
