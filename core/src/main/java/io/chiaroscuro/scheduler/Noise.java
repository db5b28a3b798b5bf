package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;

/** The noise that stochastic samplers put back. */
final class Noise {

  private Noise() {}

  /** Unit normal numbers in the shape, type and place of {@code model}, drawn on the CPU. */
  static Tensor like(Tensor model, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      DType dtype = DType.of(model);
      return scope.keep(
          generator
              .randn(dtype, Tensors.shape(model))
              .to(model.device(), dtype.torch(), false, false, new MemoryFormatOptional()));
    }
  }
}
