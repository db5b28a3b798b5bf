package io.chiaroscuro.scheduler;

import io.chiaroscuro.scheduler.SchedulerConfig.VarianceType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * DDPM: <a href="https://arxiv.org/abs/2006.11239">Ho et al., 2020</a>, the posterior of equation 7
 * over the visited timesteps,
 *
 * <pre>
 *   x_prev = sqrt(abar_prev) beta / (1 - abar) x_0
 *          + sqrt(alpha) (1 - abar_prev) / (1 - abar) x + s z,   z ~ N(0, I)
 * </pre>
 *
 * with {@code alpha = abar / abar_prev} and {@code beta = 1 - alpha}.
 */
public final class DdpmScheduler extends ConfiguredScheduler {

  private final Clipping clipping;

  public DdpmScheduler(SchedulerConfig config) {
    super(config);
    this.clipping = Clipping.of(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new DdpmTrajectory(Timesteps.rounded(config, numInferenceSteps));
  }

  private final class DdpmTrajectory extends VariancePreservingTrajectory {

    DdpmTrajectory(double[] timesteps) {
      super(config.predictionType(), schedule, timesteps);
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      float abar = schedule.alphasCumprod(timestep(index));
      float abarPrev = index + 1 < length() ? schedule.alphasCumprod(timestep(index + 1)) : 1;
      float alpha = abar / abarPrev;
      float beta = 1 - alpha;
      try (var scope = new TensorScope()) {
        Tensor original =
            clipping.apply(
                config.predictionType().originalSample(modelOutput, sample, noiseLevel(index)));
        WeightedSum prev =
            WeightedSum.of((float) Math.sqrt(abarPrev) * beta / (1 - abar), original)
                .plus((float) Math.sqrt(alpha) * (1 - abarPrev) / (1 - abar), sample);
        if (timestep(index) > 0) {
          float deviation = deviation(config.varianceType(), beta, abar, abarPrev);
          prev = prev.plus(deviation, Noise.like(modelOutput, generator));
        }
        return new StepResult(scope.keep(prev.tensor()), scope.keep(original));
      }
    }
  }

  /** The factor of the noise: the root of the posterior's variance, or of its upper bound. */
  private static float deviation(VarianceType type, float beta, float abar, float abarPrev) {
    float posterior = Math.max((1 - abarPrev) / (1 - abar) * beta, 1e-20f);
    return (float)
        switch (type) {
          case FIXED_SMALL, FIXED_SMALL_LOG -> Math.sqrt(posterior);
          case FIXED_LARGE -> Math.sqrt(beta);
        };
  }
}
