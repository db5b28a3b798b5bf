package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which checkpoint learns, and where. */
final class TrainedModelOptions {

  @Option(
      names = {"--model", "--pretrained-model-name-or-path"},
      paramLabel = "FOLDER",
      description = {
        "The checkpoint to begin with, in the diffusers folder layout (default: the small model inside",
        "Chiaroscuro, which draws emoji of 128x128)."
      })
  private Path model;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  Path model() {
    return model == null ? EmbeddedModel.ofThisBuild().checkpoint() : model;
  }

  Checkpoint checkpoint() {
    return Checkpoint.open(model());
  }

  /** Among several processes of one machine each has the GPU of its number. */
  Device device() {
    String localRank = System.getenv("LOCAL_RANK");
    return Device.parse(device.equals("cuda") && localRank != null ? "cuda:" + localRank : device);
  }
}
