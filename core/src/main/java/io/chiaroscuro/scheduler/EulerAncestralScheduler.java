package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Euler's method below the next noise level and noise to make up for it, as in k-diffusion's
 * ancestral sampling, see {@link AncestralStep}.
 */
public final class EulerAncestralScheduler extends SigmaScheduler {

  /**
   * @throws io.chiaroscuro.InvalidInputException if the network predicts samples, as in diffusers
   */
  public EulerAncestralScheduler(SchedulerConfig config) {
    super(config);
    refuseSamplePrediction(SchedulerType.EULER);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new AncestralTrajectory(SigmaSchedule.spread(config, trainedSigmas, numInferenceSteps));
  }

  private final class AncestralTrajectory extends SigmaSpaceTrajectory {

    AncestralTrajectory(SigmaSchedule sigmas) {
      super(sigmas, config.timestepSpacing());
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      AncestralStep step = AncestralStep.between(sigma(index), sigma(index + 1));
      try (var scope = new TensorScope()) {
        Tensor x = single(sample);
        Tensor original = config.predictionType().originalSample(modelOutput, x, noiseLevel(index));
        Tensor prev =
            new WeightedSum(towards(original, x, index, step.down()))
                .plus(step.up(), Noise.like(modelOutput, generator))
                .tensor();
        return new StepResult(scope.keep(prev.to(modelOutput.scalar_type())), scope.keep(original));
      }
    }
  }
}
