package io.chiaroscuro.noise;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;

/** Numbers drawn on the CPU, so that a seed means the same everywhere, put where latents are. */
final class Draws {

  private Draws() {}

  /** Unit normal, float32, in the shape of {@code latents}. */
  static Tensor randnLike(Tensor latents, SeededGenerator generator) {
    return randn(latents, generator, latents.size(2), latents.size(3));
  }

  /** Unit normal, float32, of a size of its own: (B, C, height, width). */
  static Tensor randn(Tensor latents, SeededGenerator generator, long height, long width) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          beside(latents, generator.randn(latents.size(0), latents.size(1), height, width)));
    }
  }

  /** One number, uniform in [0, 1), of shape (1). */
  static Tensor rand(Tensor latents, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      return scope.keep(beside(latents, generator.rand(1)));
    }
  }

  /** One number, float32, of shape (1). */
  static Tensor constant(Tensor latents, double value) {
    try (var scope = new TensorScope()) {
      return scope.keep(beside(latents, Tensors.of(new double[] {value}, 1)));
    }
  }

  private static Tensor beside(Tensor latents, Tensor drawn) {
    return drawn.to(
        latents.device(), DType.FLOAT32.torch(), false, false, new MemoryFormatOptional());
  }
}
