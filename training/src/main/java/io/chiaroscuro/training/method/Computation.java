package io.chiaroscuro.training.method;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;

/**
 * Where and how a model computes while it learns.
 *
 * @param device where
 * @param dtype what networks compute in, float32 or bfloat16; what is learnt is float32 either way
 * @param gradientCheckpointing whether activations are computed again in the backward pass, which
 *     takes longer and needs much less memory
 */
public record Computation(Device device, DType dtype, boolean gradientCheckpointing) {

  public Computation {
    if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16) {
      throw new InvalidInputException(
          "mixed_precision cannot be %s; choose bf16 or no.".formatted(dtype));
    }
  }
}
