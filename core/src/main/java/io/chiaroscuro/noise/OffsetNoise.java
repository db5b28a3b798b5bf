package io.chiaroscuro.noise;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code eps = randn(B, C, H, W) + s randn(B, C, 1, 1)}: in the orthonormal DCT the mean of each
 * channel has variance {@code 1 + s^2 H W}, all else 1, so that the network has to learn to move
 * the mean (<a href="https://www.crosslabs.org/blog/diffusion-with-offset-noise">Guttenberg,
 * 2023</a>).
 *
 * <p>The strength s is {@code noiseOffset} itself; or, by random strength, uniform in {@code
 * 0..noiseOffset}, one number a batch, drawn between the two (then the variance is {@code 1 + s^2 H
 * W / 3}). An adaptive scale k adds {@code k |mean of the latents over h, w|} to it, a number for
 * each sample and channel, and the sum is at least 0.
 *
 * @param noiseOffset s, positive; 0.1 in the article
 * @param randomStrength whether the strength is random
 * @param adaptiveNoiseScale k, any finite number; 0 for none
 */
public record OffsetNoise(double noiseOffset, boolean randomStrength, double adaptiveNoiseScale)
    implements TrainingNoise {

  public OffsetNoise {
    if (!(noiseOffset > 0 && Double.isFinite(noiseOffset))) {
      throw new InvalidInputException(
          "noise_offset is %s; give a positive number, such as 0.1.".formatted(noiseOffset));
    }
    if (!Double.isFinite(adaptiveNoiseScale)) {
      throw new InvalidInputException(
          "adaptive_noise_scale is %s; give a finite number, 0 for none."
              .formatted(adaptiveNoiseScale));
    }
  }

  @Override
  public Tensor draw(Tensor latents, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      Tensor white = Draws.randnLike(latents, generator);
      Tensor strength = strength(latents, generator);
      return scope.keep(white.add(strength.mul(Draws.randn(latents, generator, 1, 1))));
    }
  }

  /** (1), or (B, C, 1, 1) where it depends on the latents. */
  private Tensor strength(Tensor latents, SeededGenerator generator) {
    Tensor strength = Draws.constant(latents, noiseOffset);
    if (randomStrength) {
      strength = strength.mul(Draws.rand(latents, generator));
    }
    if (adaptiveNoiseScale == 0) {
      return strength;
    }
    Tensor mean =
        latents.to(DType.FLOAT32.torch()).mean(new long[] {2, 3}, true, new ScalarTypeOptional());
    return strength.add(mean.abs().mul(new Scalar(adaptiveNoiseScale))).clamp_min(new Scalar(0.0));
  }
}
