package io.chiaroscuro.noise;

import io.chiaroscuro.InvalidInputException;

/**
 * Which noise is added in training; settings are named as in diffusers' and kohya's trainers. Start
 * from {@link #WHITE}.
 *
 * @param noiseOffset strength of {@linkplain OffsetNoise offset noise}, 0 for none
 * @param noiseOffsetRandomStrength whether that strength is uniform in {@code 0..noiseOffset}
 * @param adaptiveNoiseScale what the latents' own mean adds to it, 0 for nothing
 * @param multiresNoiseIterations levels of {@linkplain PyramidNoise pyramid noise}, 0 for none
 * @param multiresNoiseDiscount weight of a level over that of the one before, above 0, at most 1
 * @param ipNoiseGamma {@linkplain InputPerturbation noise in the input that is not in the target},
 *     0 for none
 */
public record NoiseConfig(
    double noiseOffset,
    boolean noiseOffsetRandomStrength,
    double adaptiveNoiseScale,
    int multiresNoiseIterations,
    double multiresNoiseDiscount,
    double ipNoiseGamma) {

  /** kohya's. */
  private static final double DEFAULT_DISCOUNT = 0.3;

  /** White noise and no more. */
  public static final NoiseConfig WHITE = new NoiseConfig(0, false, 0, 0, DEFAULT_DISCOUNT, 0);

  /**
   * @throws InvalidInputException if a number is out of range or settings contradict each other
   */
  public NoiseConfig {
    if (noiseOffset != 0 && multiresNoiseIterations != 0) {
      throw new InvalidInputException(
          "noise_offset and multires_noise_iterations both add long waves to the noise; give one of them.");
    }
    if (noiseOffset == 0 && noiseOffsetRandomStrength) {
      throw new InvalidInputException(
          "noise_offset_random_strength needs an offset to vary; give noise_offset as well.");
    }
    if (noiseOffset == 0 && adaptiveNoiseScale != 0) {
      throw new InvalidInputException(
          "adaptive_noise_scale needs an offset to adapt; give noise_offset as well.");
    }
    if (multiresNoiseIterations == 0 && multiresNoiseDiscount != DEFAULT_DISCOUNT) {
      throw new InvalidInputException(
          "multires_noise_discount weighs levels of which there are none; give multires_noise_iterations as well.");
    }
    new InputPerturbation(ipNoiseGamma);
    noise(
        noiseOffset,
        noiseOffsetRandomStrength,
        adaptiveNoiseScale,
        multiresNoiseIterations,
        multiresNoiseDiscount);
  }

  /** The same with offset noise of strength {@code s}. */
  public NoiseConfig withNoiseOffset(double s) {
    return new NoiseConfig(
        s,
        noiseOffsetRandomStrength,
        adaptiveNoiseScale,
        multiresNoiseIterations,
        multiresNoiseDiscount,
        ipNoiseGamma);
  }

  /** The same with pyramid noise. */
  public NoiseConfig withMultiresNoise(int iterations, double discount) {
    return new NoiseConfig(
        noiseOffset,
        noiseOffsetRandomStrength,
        adaptiveNoiseScale,
        iterations,
        discount,
        ipNoiseGamma);
  }

  /** The same with the input perturbed. */
  public NoiseConfig withIpNoiseGamma(double gamma) {
    return new NoiseConfig(
        noiseOffset,
        noiseOffsetRandomStrength,
        adaptiveNoiseScale,
        multiresNoiseIterations,
        multiresNoiseDiscount,
        gamma);
  }

  /** What is drawn for input and target alike. */
  public TrainingNoise noise() {
    return noise(
        noiseOffset,
        noiseOffsetRandomStrength,
        adaptiveNoiseScale,
        multiresNoiseIterations,
        multiresNoiseDiscount);
  }

  /** What the input gets beyond that. */
  public InputPerturbation inputPerturbation() {
    return new InputPerturbation(ipNoiseGamma);
  }

  private static TrainingNoise noise(
      double offset,
      boolean randomStrength,
      double adaptiveScale,
      int iterations,
      double discount) {
    if (offset != 0) {
      return new OffsetNoise(offset, randomStrength, adaptiveScale);
    }
    return iterations == 0 ? new WhiteNoise() : new PyramidNoise(iterations, discount);
  }
}
