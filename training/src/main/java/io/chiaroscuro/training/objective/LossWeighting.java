package io.chiaroscuro.training.objective;

import io.chiaroscuro.scheduler.PredictionType;

/** How much a timestep counts, given its signal-to-noise ratio {@code snr = abar / (1 - abar)}. */
@FunctionalInterface
public interface LossWeighting {

  /** All timesteps alike. */
  LossWeighting NONE = (snr, predictionType) -> 1;

  /**
   * The factor of the mean squared error of a sample.
   *
   * @param snr at least 0; 0 at the last timestep of a schedule of zero terminal SNR
   * @param predictionType what the error is measured on
   */
  double weight(double snr, PredictionType predictionType);

  /**
   * Min-SNR: {@code min(snr, gamma)} on the error of x_0, which is {@code min(snr, gamma) / snr} on
   * that of epsilon and {@code min(snr, gamma) / (snr + 1)} on that of v (<a
   * href="https://arxiv.org/abs/2303.09556">Hang et al., 2023</a>).
   *
   * @param gamma positive; 5 in the paper
   */
  static LossWeighting minSnr(double gamma) {
    return (snr, predictionType) ->
        switch (predictionType) {
          case EPSILON -> Math.min(snr, gamma) / snr;
          case V_PREDICTION -> Math.min(snr, gamma) / (snr + 1);
          case SAMPLE -> Math.min(snr, gamma);
        };
  }

  /**
   * Debiased estimation: {@code 1 / sqrt(snr)} on the error of epsilon (<a
   * href="https://arxiv.org/abs/2310.08442">Yu et al., 2023</a>) and, as kohya's trainer has it,
   * {@code 1 / (snr + 1)} on that of v, where snr counts as 1000 at most. Not defined for x_0.
   */
  static LossWeighting debiasedEstimation() {
    return (snr, predictionType) -> {
      double clamped = Math.min(snr, 1000);
      return switch (predictionType) {
        case EPSILON -> 1 / Math.sqrt(clamped);
        case V_PREDICTION -> 1 / (clamped + 1);
        case SAMPLE ->
            throw new IllegalArgumentException("Debiased estimation knows no error of x_0.");
      };
    };
  }
}
