package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;

/** What all samplers have: their settings and the noise that these describe. */
abstract class ConfiguredScheduler implements Scheduler {

  final SchedulerConfig config;
  final NoiseSchedule schedule;

  ConfiguredScheduler(SchedulerConfig config) {
    this.config = config;
    this.schedule = new NoiseSchedule(config);
  }

  @Override
  public final SchedulerConfig config() {
    return config;
  }

  @Override
  public final NoiseSchedule noiseSchedule() {
    return schedule;
  }

  /** As some of diffusers' classes do, which have no formula for it. */
  final void refuseSamplePrediction(SchedulerType instead) {
    if (config.predictionType() == PredictionType.SAMPLE) {
      throw new InvalidInputException(
          "The scheduler %s knows no prediction_type sample; choose %s."
              .formatted(config.type(), instead));
    }
  }
}
