package io.chiaroscuro.analysis;

import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.Scheduler;

/**
 * What is left of an image in a training sample, where noise is strong: the signal leak (<a
 * href="https://arxiv.org/abs/2309.15842">Everaert et al., 2023</a>). Generation starts without it.
 *
 * @param timestep where; samplers by sigma may start between integers
 * @param signalToNoise {@code abar_t / (1 - abar_t)}
 */
public record ImageLeft(double timestep, double signalToNoise) {

  /** At {@code timestep}, 0..T-1. */
  public static ImageLeft at(NoiseSchedule schedule, int timestep) {
    return new ImageLeft(timestep, schedule.noiseLevel(timestep).signalToNoise());
  }

  /** At T-1, where training noises most. */
  public static ImageLeft atTrainingEnd(NoiseSchedule schedule) {
    return at(schedule, schedule.numTrainTimesteps() - 1);
  }

  /**
   * At the first timestep that a run of this sampler visits.
   *
   * @throws io.chiaroscuro.InvalidInputException if the sampler cannot take so many steps
   */
  public static ImageLeft atFirstStep(Scheduler scheduler, int numInferenceSteps) {
    try (var trajectory = scheduler.start(numInferenceSteps)) {
      return new ImageLeft(trajectory.timesteps()[0], trajectory.noiseLevel(0).signalToNoise());
    }
  }

  /** {@code sqrt(abar_t)}, the image's factor in the sample. */
  public double signalRate() {
    return Math.sqrt(signalToNoise / (1 + signalToNoise));
  }

  /**
   * The signal-to-noise ratio of a channel's mean: {@code a^2 = abar_t / (1 - abar_t) H W
   * var(mean)}. In the orthonormal DCT noise has variance 1 everywhere, but the mean sits in one
   * coefficient, times {@code sqrt(H W)}.
   *
   * @param varMean how much the channel's mean varies from image to image
   * @param area elements of a channel, H W
   */
  public double aSquared(double varMean, long area) {
    return signalToNoise * area * varMean;
  }

  /**
   * The spread that a channel's mean keeps when a deterministic sampler starts here from noise
   * alone, as a share of that of the data: {@code 1 / sqrt(1 + a^2)}. Exact for Gaussian data.
   */
  public double spreadKept(double varMean, long area) {
    return 1 / Math.sqrt(1 + aSquared(varMean, area));
  }
}
