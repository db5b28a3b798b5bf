package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import org.bytedeco.pytorch.Tensor;

/**
 * {@link Kdpm2Scheduler} below the next noise level and noise to make up for it, as k-diffusion's
 * {@code dpm_2_ancestral}.
 */
public final class Kdpm2AncestralScheduler extends SigmaScheduler {

  /**
   * @throws io.chiaroscuro.InvalidInputException if the network predicts samples, as in diffusers
   */
  public Kdpm2AncestralScheduler(SchedulerConfig config) {
    super(config);
    refuseSamplePrediction(SchedulerType.HEUN);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    SigmaSchedule steps = Midpoints.steps(config, trainedSigmas, numInferenceSteps);
    return new Kdpm2AncestralTrajectory(
        Midpoints.between(
            steps,
            trainedSigmas,
            i ->
                Midpoints.geometric(
                    steps.sigma(i - 1),
                    AncestralStep.between(steps.sigma(i - 1), steps.sigma(i)).down())));
  }

  private final class Kdpm2AncestralTrajectory extends TwoStageTrajectory {

    Kdpm2AncestralTrajectory(SigmaSchedule stages) {
      super(config, stages);
    }

    @Override
    Tensor second(Tensor original, Tensor trial, Tensor start, int index, NoiseSource generator) {
      AncestralStep step = AncestralStep.between(sigma(index - 1), sigma(index + 1));
      Tensor below = along(slope(original, trial, index), start, index - 1, step.down());
      return new WeightedSum(below).plus(step.up(), Noise.like(trial, generator)).tensor();
    }
  }
}
