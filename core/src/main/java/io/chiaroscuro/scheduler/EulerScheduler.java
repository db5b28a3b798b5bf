package io.chiaroscuro.scheduler;

import io.chiaroscuro.scheduler.SchedulerConfig.FinalSigmasType;
import io.chiaroscuro.scheduler.SchedulerConfig.InterpolationType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Euler's method on the probability flow in sigma-space: <a
 * href="https://arxiv.org/abs/2206.00364">Karras et al., 2022</a>, algorithm 2 without churn,
 * {@code x_prev = x + (sigma_prev - sigma) (x - x_0) / sigma}.
 */
public final class EulerScheduler extends SigmaScheduler {

  public EulerScheduler(SchedulerConfig config) {
    super(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new EulerTrajectory(sigmaSchedule(Timesteps.spread(config, numInferenceSteps)));
  }

  private SigmaSchedule sigmaSchedule(double[] timesteps) {
    float end = config.finalSigmasType() == FinalSigmasType.ZERO ? 0 : trainedSigmas[0];
    double[] sigmas =
        config.interpolationType() == InterpolationType.LINEAR
            ? SigmaSchedule.interpolated(trainedSigmas, timesteps)
            : logLinear(timesteps.length + 1);
    return SigmaSchedule.spaced(config, trainedSigmas, timesteps, sigmas, end);
  }

  /** Evenly spaced logarithms over the whole range, one more than there are steps. */
  private double[] logLinear(int count) {
    double first = (float) Math.log(trainedSigmas[trainedSigmas.length - 1]);
    double last = (float) Math.log(trainedSigmas[0]);
    return IntStream.range(0, count)
        .mapToDouble(i -> (float) Math.exp(first + i * (last - first) / (count - 1)))
        .toArray();
  }

  private final class EulerTrajectory extends SigmaSpaceTrajectory {

    EulerTrajectory(SigmaSchedule sigmas) {
      super(sigmas, config.timestepSpacing());
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      try (var scope = new TensorScope()) {
        Tensor x = single(sample);
        Tensor original = config.predictionType().originalSample(modelOutput, x, noiseLevel(index));
        Tensor prev = towards(original, x, index, sigma(index + 1));
        return new StepResult(scope.keep(prev.to(modelOutput.scalar_type())), scope.keep(original));
      }
    }
  }
}
