package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Strategic stochastic sampling for trajectory consistency models: <a
 * href="https://arxiv.org/abs/2402.19159">Zheng et al., 2024</a>, algorithm 4. Each step goes by
 * DDIM's formula to {@code s = (1 - eta) t_prev}, below the next timestep, and back up to it by
 * noise; the last goes to timestep 0.
 */
public final class TcdScheduler extends ConfiguredScheduler {

  public TcdScheduler(SchedulerConfig config) {
    super(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new TcdTrajectory(Timesteps.distilled(config, numInferenceSteps));
  }

  private final class TcdTrajectory extends VariancePreservingTrajectory {

    TcdTrajectory(double[] timesteps) {
      super(config.predictionType(), schedule, timesteps);
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      boolean last = index + 1 == length();
      int prevTimestep = last ? 0 : timestep(index + 1);
      int below = (int) Math.floor((float) (1 - config.eta()) * (float) prevTimestep);
      try (var scope = new TensorScope()) {
        NoiseLevel level = noiseLevel(index);
        PredictionType prediction = config.predictionType();
        Tensor original = prediction.originalSample(modelOutput, sample, level);
        Tensor epsilon = prediction.epsilon(modelOutput, sample, level);
        Tensor prev = schedule.noiseLevel(below).mix(original, epsilon);
        if (config.eta() > 0 && !last) {
          float kept = schedule.alphasCumprod(prevTimestep) / schedule.alphasCumprod(below);
          prev = NoiseLevel.ofAlphaCumprod(kept).mix(prev, Noise.like(prev, generator));
        }
        return new StepResult(scope.keep(prev), scope.keep(original));
      }
    }
  }
}
