package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Keeps a prediction of x_0 in range, for models of pixels rather than of latents. */
@FunctionalInterface
interface Clipping {

  /** The bounded prediction; {@code originalSample} is (B, C, ...). */
  Tensor apply(Tensor originalSample);

  /** Thresholding, clipping or neither, in this order as in diffusers. */
  static Clipping of(SchedulerConfig config) {
    if (config.thresholding()) {
      return x0 -> dynamic(x0, config.dynamicThresholdingRatio(), config.sampleMaxValue());
    }
    if (config.clipSample()) {
      return x0 -> clamped(x0, config.clipSampleRange());
    }
    return x0 -> x0;
  }

  private static Tensor clamped(Tensor x0, double range) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          x0.clamp(new ScalarOptional(new Scalar(-range)), new ScalarOptional(new Scalar(range))));
    }
  }

  /**
   * Dynamic thresholding, section 2.3 of <a href="https://arxiv.org/abs/2205.11487">Saharia et al.,
   * 2022</a>: clip to the quantile s of |x_0| per image, then divide by s.
   */
  private static Tensor dynamic(Tensor x0, double ratio, double largest) {
    try (var scope = new TensorScope()) {
      Tensor rows = x0.to(torch.ScalarType.Float).flatten(1, -1);
      Tensor threshold =
          rows.abs()
              .quantile(ratio, new LongOptional(1), true, "linear")
              .clamp(new ScalarOptional(new Scalar(1.0)), new ScalarOptional(new Scalar(largest)));
      Tensor bounded =
          torch.minimum(torch.maximum(rows, threshold.neg()), threshold).div(threshold);
      return scope.keep(bounded.view_as(x0).to(x0.scalar_type()));
    }
  }
}
