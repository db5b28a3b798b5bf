package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;

/** The noise that stochastic samplers put back. */
final class Noise {

  private Noise() {}

  /** Unit normal numbers in the shape, type and place of {@code model}, drawn on the CPU. */
  static Tensor like(Tensor model, NoiseSource generator) {
    return drawn(model, DType.of(model), generator);
  }

  /** The same in single precision, whatever the type of {@code model}. */
  static Tensor single(Tensor model, NoiseSource generator) {
    return drawn(model, DType.FLOAT32, generator);
  }

  private static Tensor drawn(Tensor model, DType dtype, NoiseSource generator) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          generator
              .randn(dtype, Tensors.shape(model))
              .to(model.device(), dtype.torch(), false, false, new MemoryFormatOptional()));
    }
  }
}
