package io.chiaroscuro.tensor;

import org.bytedeco.pytorch.Tensor;

/** Where standard normal numbers come from. */
public interface NoiseSource {

  /** Standard normal numbers in {@code dtype}, those of float32 rounded, on the CPU. */
  Tensor randn(DType dtype, long... shape);

  /** Standard normal numbers, float32, of the given shape. */
  default Tensor randn(long... shape) {
    return randn(DType.FLOAT32, shape);
  }
}
