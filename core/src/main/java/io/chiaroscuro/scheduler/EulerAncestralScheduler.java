package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Euler's method below the next noise level and noise to make up for it, as in k-diffusion's
 * ancestral sampling: {@code sigma_down = sigma_prev^2 / sigma} and {@code sigma_up^2 =
 * sigma_prev^2 - sigma_down^2}.
 */
public final class EulerAncestralScheduler implements Scheduler {

  private final SchedulerConfig config;
  private final NoiseSchedule schedule;
  private final float[] trainedSigmas;

  /**
   * @throws InvalidInputException if the network predicts samples, as in diffusers
   */
  public EulerAncestralScheduler(SchedulerConfig config) {
    if (config.predictionType() == PredictionType.SAMPLE) {
      throw new InvalidInputException(
          "The scheduler euler_ancestral knows no prediction_type sample; choose euler.");
    }
    this.config = config;
    this.schedule = new NoiseSchedule(config);
    this.trainedSigmas = SigmaSchedule.trained(config, schedule);
  }

  @Override
  public SchedulerConfig config() {
    return config;
  }

  @Override
  public NoiseSchedule noiseSchedule() {
    return schedule;
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    double[] timesteps = Timesteps.spread(config, numInferenceSteps);
    return new AncestralTrajectory(
        SigmaSchedule.of(timesteps, SigmaSchedule.interpolated(trainedSigmas, timesteps), 0));
  }

  private final class AncestralTrajectory extends SigmaSpaceTrajectory {

    AncestralTrajectory(SigmaSchedule sigmas) {
      super(sigmas, config.timestepSpacing());
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      float from = sigma(index);
      float to = sigma(index + 1);
      float down = to * to / from;
      float up = (float) Math.sqrt((double) to * to - (double) down * down);
      try (var scope = new TensorScope()) {
        Tensor x = single(sample);
        Tensor original = config.predictionType().originalSample(modelOutput, x, noiseLevel(index));
        Tensor prev =
            new WeightedSum(towards(original, x, index, down))
                .plus(up, Noise.like(modelOutput, generator))
                .tensor();
        return new StepResult(scope.keep(prev.to(modelOutput.scalar_type())), scope.keep(original));
      }
    }
  }
}
