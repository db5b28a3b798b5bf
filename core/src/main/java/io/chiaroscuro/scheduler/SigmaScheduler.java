package io.chiaroscuro.scheduler;

/** What the samplers have in common that choose noise levels by sigma. */
abstract class SigmaScheduler extends ConfiguredScheduler {

  /** The sigmas of all training timesteps, the cleanest first. */
  final float[] trainedSigmas;

  SigmaScheduler(SchedulerConfig config) {
    super(config);
    this.trainedSigmas = SigmaSchedule.trained(config, schedule);
  }
}
