package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * DDIM: <a href="https://arxiv.org/abs/2010.02502">Song et al., 2020</a>, equation 12,
 *
 * <pre>x_prev = sqrt(abar_prev) x_0 + sqrt(1 - abar_prev - s^2) eps + s z,   z ~ N(0, I)</pre>
 *
 * where {@code s^2 = eta^2 (1 - abar_prev) / (1 - abar) (1 - abar / abar_prev)}.
 */
public final class DdimScheduler implements Scheduler {

  private final SchedulerConfig config;
  private final NoiseSchedule schedule;
  private final Clipping clipping;
  private final float eta;

  /** The deterministic sampler, eta = 0. */
  public DdimScheduler(SchedulerConfig config) {
    this(config, 0);
  }

  /**
   * @param eta share of DDPM's noise that is put back, 0 (none) .. 1 (all)
   */
  public DdimScheduler(SchedulerConfig config, double eta) {
    if (!(eta >= 0 && eta <= 1)) {
      throw new InvalidInputException(
          "DDIM's eta cannot be %s; it must be between 0 and 1.".formatted(eta));
    }
    this.config = config;
    this.schedule = new NoiseSchedule(config);
    this.clipping = Clipping.of(config);
    this.eta = (float) eta;
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
