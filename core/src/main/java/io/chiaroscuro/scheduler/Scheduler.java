package io.chiaroscuro.scheduler;

/**
 * A sampler: turns a network's predictions into a way from noise to image. Immutable; every run has
 * its own {@link Trajectory}.
 */
public interface Scheduler {

  /** The sampler that {@code config} names. */
  static Scheduler of(SchedulerConfig config) {
    return config.type().create(config);
  }

  SchedulerConfig config();

  /** The noise the network was trained with. */
  NoiseSchedule noiseSchedule();

  /**
   * Begins a run.
   *
   * @param numInferenceSteps 1..numTrainTimesteps
   * @throws io.chiaroscuro.InvalidInputException if the number of steps is out of range
   */
  Trajectory start(int numInferenceSteps);
}
