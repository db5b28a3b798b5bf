package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import org.bytedeco.pytorch.Tensor;

/**
 * DPM-Solver-2 in sigma-space, as k-diffusion's {@code dpm_2}: algorithm 2 of <a
 * href="https://arxiv.org/abs/2206.00364">Karras et al., 2022</a> by the midpoint method in the
 * logarithm of sigma, the slope there taking the whole step.
 */
public final class Kdpm2Scheduler extends SigmaScheduler {

  /**
   * @throws io.chiaroscuro.InvalidInputException if the network predicts samples, as in diffusers
   */
  public Kdpm2Scheduler(SchedulerConfig config) {
    super(config);
    refuseSamplePrediction(SchedulerType.HEUN);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    SigmaSchedule steps = Midpoints.steps(config, trainedSigmas, numInferenceSteps);
    return new Kdpm2Trajectory(
        Midpoints.between(
            steps, trainedSigmas, i -> Midpoints.geometric(steps.sigma(i), steps.sigma(i - 1))));
  }

  private final class Kdpm2Trajectory extends TwoStageTrajectory {

    Kdpm2Trajectory(SigmaSchedule stages) {
      super(config, stages);
    }

    @Override
    Tensor second(Tensor original, Tensor trial, Tensor start, int index, NoiseSource generator) {
      return along(slope(original, trial, index), start, index - 1, sigma(index + 1));
    }
  }
}
