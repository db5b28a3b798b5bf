package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Which checkpoint learns, and where. */
final class TrainedModelOptions {

  @Option(
      names = {"--model", "--pretrained-model-name-or-path"},
      paramLabel = "NAME",
      description = {
        "The checkpoint to begin with, in the diffusers folder layout, or its name on the Hugging",
        "Face hub (default: the small model inside Chiaroscuro, which draws emoji of 128x128)."
      })
  private String model;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  /**
   * @param command whose options these are, at any depth
   */
  Path model(CommandSpec command) {
    return model == null
        ? EmbeddedModel.ofThisBuild().checkpoint()
        : HubModels.of(command).find(model, Wanted.CHECKPOINT, command.commandLine().getErr());
  }

  Checkpoint checkpoint(CommandSpec command) {
    return Checkpoint.open(model(command));
  }

  /** Among several processes of one machine each has the GPU of its number. */
  Device device() {
    String localRank = System.getenv("LOCAL_RANK");
    return Device.parse(device.equals("cuda") && localRank != null ? "cuda:" + localRank : device);
  }
}
