package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.training.method.Computation;
import picocli.CommandLine.Option;

/** Ways to compute that save time or memory. */
final class ComputationOptions {

  @Option(
      names = "--mixed-precision",
      defaultValue = "no",
      paramLabel = "no|bf16",
      description = {
        "bf16: networks compute in bfloat16, what is learnt stays float32; faster where the",
        "processor knows it (default: ${DEFAULT-VALUE})."
      })
  private String mixedPrecision;

  @Option(
      names = "--gradient-checkpointing",
      description = "Compute activations again in the backward pass: slower, with less memory.")
  private boolean gradientCheckpointing;

  Computation on(Device device) {
    return new Computation(device, dtype(), gradientCheckpointing);
  }

  private DType dtype() {
    return switch (mixedPrecision) {
      case "no" -> DType.FLOAT32;
      case "bf16" -> DType.BFLOAT16;
      default ->
          throw new InvalidInputException(
              "There is no --mixed-precision '%s'; choose no or bf16.".formatted(mixedPrecision));
    };
  }
}
