package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Multistep consistency sampling: <a href="https://arxiv.org/abs/2310.04378">Luo et al., 2023</a>,
 * algorithm 3. Each call of the network leads to an image, {@code c_out(t) x_0 + c_skip(t) x}, to
 * which all steps but the last add noise again, up to the next timestep's.
 */
public final class LcmScheduler extends ConfiguredScheduler {

  /** The data's standard deviation, as in the distillation. */
  private static final float SIGMA_DATA = 0.5f;

  private final Clipping clipping;

  public LcmScheduler(SchedulerConfig config) {
    super(config);
    this.clipping = Clipping.of(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new LcmTrajectory(Timesteps.distilled(config, numInferenceSteps));
  }

  private final class LcmTrajectory extends VariancePreservingTrajectory {

    LcmTrajectory(double[] timesteps) {
      super(config.predictionType(), schedule, timesteps);
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      float scaled = timestep(index) * (float) config.timestepScaling();
      float variance = SIGMA_DATA * SIGMA_DATA;
      float power = scaled * scaled + variance;
      try (var scope = new TensorScope()) {
        Tensor original =
            clipping.apply(
                config.predictionType().originalSample(modelOutput, sample, noiseLevel(index)));
        Tensor denoised =
            WeightedSum.of(scaled / (float) Math.sqrt(power), original)
                .plus(variance / power, sample)
                .tensor();
        Tensor prev =
            index + 1 < length()
                ? noiseLevel(index + 1).mix(denoised, Noise.like(denoised, generator))
                : denoised;
        return new StepResult(scope.keep(prev), scope.keep(denoised));
      }
    }
  }
}
