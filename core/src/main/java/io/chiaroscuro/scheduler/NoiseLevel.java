package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * How much image and how much noise a sample holds: {@code x = signalRate * x_0 + noiseRate * eps}.
 *
 * <p>Each sampler states it in its own scaling: {@code (sqrt(abar), sqrt(1 - abar))} where the
 * variance is preserved, {@code (1, sigma)} in sigma-space. Single precision, because the tables
 * that diffusers computes with are.
 *
 * @param signalRate factor of the image, at least 0
 * @param noiseRate factor of the unit noise, at least 0
 * @param power {@code signalRate^2 + noiseRate^2}, exactly 1 where the variance is preserved
 */
public record NoiseLevel(float signalRate, float noiseRate, float power) {

  /** Variance-preserving: {@code x = sqrt(abar) x_0 + sqrt(1 - abar) eps}. */
  public static NoiseLevel ofAlphaCumprod(float alphaCumprod) {
    return new NoiseLevel((float) Math.sqrt(alphaCumprod), (float) Math.sqrt(1 - alphaCumprod), 1);
  }

  /** In sigma-space: {@code x = x_0 + sigma eps}. */
  public static NoiseLevel ofSigma(float sigma) {
    return new NoiseLevel(1, sigma, sigma * sigma + 1);
  }

  /** The sigma-space sample {@code x_0 + sigma eps}, divided so that its variance is preserved. */
  public static NoiseLevel ofNormalizedSigma(float sigma) {
    float signalRate = 1 / (float) Math.sqrt(sigma * sigma + 1);
    return new NoiseLevel(signalRate, sigma * signalRate, 1);
  }

  /** The square root of {@link #power}. */
  float norm() {
    return (float) Math.sqrt(power());
  }

  /** Half the logarithm of the signal-to-noise ratio, the "lambda" of DPM-Solver. */
  float lambda() {
    return (float) Math.log(signalRate) - (float) Math.log(noiseRate);
  }

  /** {@code signalRate^2 / noiseRate^2}, which no scaling changes. */
  public double signalToNoise() {
    double ratio = (double) signalRate / noiseRate;
    return ratio * ratio;
  }

  /**
   * The sample at this level: {@code signalRate * original + noiseRate * noise}.
   *
   * @param original x_0, any shape
   * @param noise unit normal, of the same shape
   */
  public Tensor mix(Tensor original, Tensor noise) {
    try (var scope = new TensorScope()) {
      return scope.keep(WeightedSum.of(signalRate, original).plus(noiseRate, noise).tensor());
    }
  }
}
