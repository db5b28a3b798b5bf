package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Heun's method on the probability flow in sigma-space, second order: <a
 * href="https://arxiv.org/abs/2206.00364">Karras et al., 2022</a>, algorithm 1. An Euler step, and
 * the step again with the mean of the slopes at both of its ends.
 */
public final class HeunScheduler extends SigmaScheduler {

  public HeunScheduler(SchedulerConfig config) {
    super(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    SigmaSchedule steps = SigmaSchedule.spread(config, trainedSigmas, numInferenceSteps);
    return new HeunTrajectory(steps.withStages(steps::sigma, steps.timesteps()));
  }

  private final class HeunTrajectory extends TwoStageTrajectory {

    private final History slopes = new History(1);

    HeunTrajectory(SigmaSchedule stages) {
      super(config, stages);
    }

    @Override
    Tensor first(Tensor original, Tensor x, int index, NoiseSource generator) {
      slopes.push(slope(original, x, index));
      return along(slopes.get(0), x, index, sigma(index + 1));
    }

    @Override
    Tensor second(Tensor original, Tensor trial, Tensor start, int index, NoiseSource generator) {
      Tensor mean = slopes.get(0).add(slope(original, trial, index)).div(new Scalar(2.0));
      return along(mean, start, index - 1, sigma(index));
    }

    @Override
    public void close() {
      slopes.close();
      super.close();
    }
  }
}
