package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** What the samplers that step from training timestep to training timestep have in common. */
abstract class VariancePreservingTrajectory implements Trajectory {

  private final NoiseSchedule schedule;
  private final double[] timesteps;

  VariancePreservingTrajectory(NoiseSchedule schedule, double[] timesteps) {
    this.schedule = schedule;
    this.timesteps = timesteps;
  }

  @Override
  public final double[] timesteps() {
    return timesteps.clone();
  }

  @Override
  public final int length() {
    return timesteps.length;
  }

  final int timestep(int index) {
    return (int) timesteps[index];
  }

  @Override
  public final double initNoiseSigma() {
    return 1;
  }

  @Override
  public final NoiseLevel noiseLevel(int index) {
    return schedule.noiseLevel(timestep(index));
  }

  @Override
  public final Tensor scaleModelInput(Tensor sample, int index) {
    try (var scope = new TensorScope()) {
      return scope.keep(new Tensor(sample));
    }
  }

  /** Nothing is remembered between steps, unless a sampler says so. */
  @Override
  public void close() {}
}
