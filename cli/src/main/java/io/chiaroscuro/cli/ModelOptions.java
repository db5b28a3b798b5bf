package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which checkpoint, where and how it computes. */
final class ModelOptions {

  @Option(
      names = {"--model", "--pretrained-model-name-or-path"},
      paramLabel = "NAME",
      description = {
        "A checkpoint in the diffusers folder layout or in one file, or its name on the Hugging Face",
        "hub, from where it is fetched once (default: the small model inside Chiaroscuro, which draws",
        "emoji of 128x128)."
      })
  private String model;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--dtype",
      defaultValue = ComputeType.DEFAULT,
      description = ComputeType.DESCRIPTION)
  private String dtype;

  @Mixin private SingleFileOptions singleFile;

  /** Opens it, for pictures or latents alone. */
  Checkpoint checkpoint() {
    return singleFile.checkpoint(model());
  }

  /** Opens it, for texts too. */
  Checkpoint checkpointWithTokenizer() {
    return singleFile.checkpointWithTokenizer(model(), command);
  }

  Path model() {
    return model == null
        ? EmbeddedModel.ofThisBuild().checkpoint()
        : HubModels.of(command).find(model, Wanted.CHECKPOINT, command.commandLine().getErr());
  }

  /** What was given, not looked for yet; null where nothing was. */
  String given() {
    return model;
  }

  /** Whether it is the one inside, with which more comes. */
  boolean isEmbedded() {
    return model == null;
  }

  Device device() {
    return Device.parse(device);
  }

  DType dtype() {
    return ComputeType.parse(dtype, device());
  }
}
