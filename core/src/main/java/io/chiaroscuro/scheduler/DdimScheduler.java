package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * DDIM: <a href="https://arxiv.org/abs/2010.02502">Song et al., 2020</a>, equation 12,
 *
 * <pre>x_prev = sqrt(abar_prev) x_0 + sqrt(1 - abar_prev - s^2) eps + s z,   z ~ N(0, I)</pre>
 *
 * where {@code s^2 = eta^2 (1 - abar_prev) / (1 - abar) (1 - abar / abar_prev)}; eta 0 is
 * deterministic, 1 puts all of DDPM's noise back.
 */
public final class DdimScheduler extends ConfiguredScheduler {

  private final Clipping clipping;
  private final float eta;

  public DdimScheduler(SchedulerConfig config) {
    super(config);
    this.clipping = Clipping.of(config);
    this.eta = (float) config.eta();
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new DdimTrajectory(
        Timesteps.rounded(config, numInferenceSteps),
        config.numTrainTimesteps() / numInferenceSteps);
  }

  private final class DdimTrajectory extends VariancePreservingTrajectory {

    private final int stride;

    DdimTrajectory(double[] timesteps, int stride) {
      super(config.predictionType(), schedule, timesteps);
      this.stride = stride;
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      NoiseLevel level = noiseLevel(index);
      float alpha = schedule.alphasCumprod(timestep(index));
      float alphaPrev =
          schedule.alphasCumprodOrFinal(timestep(index) - stride, config.setAlphaToOne());
      float variance = (1 - alphaPrev) / (1 - alpha) * (1 - alpha / alphaPrev);
      float deviation = eta * (float) Math.sqrt(variance);
      try (var scope = new TensorScope()) {
        Tensor original =
            clipping.apply(config.predictionType().originalSample(modelOutput, sample, level));
        Tensor epsilon = config.predictionType().epsilon(modelOutput, sample, level);
        WeightedSum prev =
            WeightedSum.of((float) Math.sqrt(alphaPrev), original)
                .plus((float) Math.sqrt(1 - alphaPrev - deviation * deviation), epsilon);
        if (eta > 0) {
          prev = prev.plus(deviation, Noise.like(modelOutput, generator));
        }
        return new StepResult(scope.keep(prev.tensor()), scope.keep(original));
      }
    }
  }
}
