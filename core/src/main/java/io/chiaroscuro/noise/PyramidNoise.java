package io.chiaroscuro.noise;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Noise of several resolutions on top of each other, {@code eps = n / std(n)} with
 *
 * <pre>
 *   n = randn(B, C, H, W) + sum_i discount^i upsample(randn(B, C, H / r_i^i, W / r_i^i)),   i = 0, 1, ..
 * </pre>
 *
 * (<a
 * href="https://wandb.ai/johnowhitaker/multires_noise/reports/Multi-Resolution-Noise-for-Diffusion-Model-Training--VmlldzozNjYyOTU2">Whitaker,
 * 2023</a>), as kohya's trainer has it: each level draws a factor {@code r_i}, uniform in 2..4, for
 * the whole batch, sizes are rounded down but at least 1, upsampling is bilinear, level 0 is white
 * noise once more, and the level that reaches a height or width of 1 is the last. The standard
 * deviation is that of all numbers of the batch.
 *
 * @param iterations the most levels, at least 1; 6 to 10 are usual
 * @param discount above 0, at most 1; the larger, the more long waves
 */
public record PyramidNoise(int iterations, double discount) implements TrainingNoise {

  public PyramidNoise {
    if (iterations < 1) {
      throw new InvalidInputException(
          "multires_noise_iterations is %d; give at least 1, such as 6.".formatted(iterations));
    }
    if (!(discount > 0 && discount <= 1)) {
      throw new InvalidInputException(
          "multires_noise_discount is %s; give a number above 0 and at most 1, such as 0.3."
              .formatted(discount));
    }
  }

  @Override
  public Tensor draw(Tensor latents, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      Tensor sum = sum(latents, generator);
      return scope.keep(sum.div(sum.std()));
    }
  }

  /** n: the levels before they are scaled. */
  Tensor sum(Tensor latents, SeededGenerator generator) {
    long[] size = {latents.size(2), latents.size(3)};
    try (var scope = new TensorScope()) {
      Tensor sum = Draws.randnLike(latents, generator);
      boolean coarser = true;
      for (int level = 0; level < iterations && coarser; level++) {
        double shrinking = Math.pow(2 + 2 * generator.rand(1).item_double(), level);
        long height = Math.max(1, (long) (size[0] / shrinking));
        long width = Math.max(1, (long) (size[1] / shrinking));
        Tensor coarse = Draws.randn(latents, generator, height, width);
        sum =
            sum.add(
                torch
                    .upsample_bilinear2d(coarse, size, false)
                    .mul(new Scalar(Math.pow(discount, level))));
        coarser = height > 1 && width > 1;
      }
      return scope.keep(sum);
    }
  }
}
