package io.chiaroscuro.training.objective;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.noise.NoiseConfig;

/**
 * Settings of a {@link DiffusionObjective}, named as in diffusers' and kohya's trainers.
 *
 * @param noise what is added to latents
 * @param snrGamma gamma of {@linkplain LossWeighting#minSnr min-SNR weights}, 0 for none
 * @param debiasedEstimationLoss whether the weights are those of {@linkplain
 *     LossWeighting#debiasedEstimation debiased estimation}
 * @param priorLossWeight weight of DreamBooth's class images, which are the second half of each
 *     batch; 0 where there are none
 */
public record ObjectiveConfig(
    NoiseConfig noise, double snrGamma, boolean debiasedEstimationLoss, double priorLossWeight) {

  /** White noise, all timesteps and images alike. */
  public static final ObjectiveConfig DEFAULTS =
      new ObjectiveConfig(NoiseConfig.WHITE, 0, false, 0);

  /**
   * @throws InvalidInputException if a number is out of range or both weightings are asked for
   */
  public ObjectiveConfig {
    requireNotNegative("snr_gamma", snrGamma, "such as 5");
    requireNotNegative("prior_loss_weight", priorLossWeight, "such as 1");
    if (snrGamma != 0 && debiasedEstimationLoss) {
      throw new InvalidInputException(
          "snr_gamma and debiased_estimation_loss both weigh the timesteps; give one of them.");
    }
  }

  /** The same with other noise. */
  public ObjectiveConfig withNoise(NoiseConfig other) {
    return new ObjectiveConfig(other, snrGamma, debiasedEstimationLoss, priorLossWeight);
  }

  /** The same with min-SNR weights. */
  public ObjectiveConfig withSnrGamma(double gamma) {
    return new ObjectiveConfig(noise, gamma, debiasedEstimationLoss, priorLossWeight);
  }

  /** The same with the weights of debiased estimation. */
  public ObjectiveConfig withDebiasedEstimationLoss() {
    return new ObjectiveConfig(noise, snrGamma, true, priorLossWeight);
  }

  /** The same with class images in the second half of each batch. */
  public ObjectiveConfig withPriorLossWeight(double weight) {
    return new ObjectiveConfig(noise, snrGamma, debiasedEstimationLoss, weight);
  }

  /** How much each timestep counts. */
  public LossWeighting weighting() {
    if (debiasedEstimationLoss) {
      return LossWeighting.debiasedEstimation();
    }
    return snrGamma == 0 ? LossWeighting.NONE : LossWeighting.minSnr(snrGamma);
  }

  private static void requireNotNegative(String name, double value, String example) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new InvalidInputException(
          "%s is %s; give 0 (none) or a positive number, %s.".formatted(name, value, example));
    }
  }
}
