package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** What the samplers that step from training timestep to training timestep have in common. */
abstract class VariancePreservingTrajectory implements Trajectory {

  private final NoiseSchedule schedule;
  private final double[] timesteps;

  /**
   * @throws InvalidInputException if the network predicts epsilon and the first timestep is nothing
   *     but noise
   */
  VariancePreservingTrajectory(
      PredictionType predictionType, NoiseSchedule schedule, double[] timesteps) {
    if (predictionType == PredictionType.EPSILON
        && schedule.alphasCumprod((int) timesteps[0]) == 0) {
      throw new InvalidInputException(
          "With rescale_betas_zero_snr timestep %.0f is pure noise, from which a model with prediction_type epsilon tells no image; choose leading timestep_spacing or a model that predicts v."
              .formatted(timesteps[0]));
    }
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
