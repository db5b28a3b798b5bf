package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What the samplers in sigma-space have in common that ask the network twice a step: a first stage
 * to a trial sample, and a second, from where the step began, that knows the network's prediction
 * there. The last step, which ends at the image, has no second stage.
 *
 * <p>The noise levels are those of the stages: the even ones are the steps'.
 */
abstract class TwoStageTrajectory extends SigmaSpaceTrajectory {

  private final PredictionType predictionType;
  private final Clipping clipping;
  private final History start = new History(1);

  TwoStageTrajectory(SchedulerConfig config, SigmaSchedule stages) {
    super(stages, config.timestepSpacing());
    this.predictionType = config.predictionType();
    this.clipping = Clipping.of(config);
  }

  @Override
  public final StepResult step(
      Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
    try (var scope = new TensorScope()) {
      Tensor x = single(sample);
      Tensor original =
          clipping.apply(predictionType.originalSample(modelOutput, x, noiseLevel(index)));
      Tensor next;
      if (index % 2 == 0) {
        start.push(x);
        next = first(original, x, index, generator);
      } else {
        next = second(original, x, start.get(0), index, generator);
      }
      return new StepResult(scope.keep(next.to(modelOutput.scalar_type())), scope.keep(original));
    }
  }

  /** The trial sample, or after the last step the image: by an Euler step. */
  Tensor first(Tensor original, Tensor x, int index, NoiseSource generator) {
    return towards(original, x, index, sigma(index + 1));
  }

  /**
   * The sample at the step's end.
   *
   * @param original what the network predicts at the trial sample
   * @param trial the trial sample
   * @param start the sample at which the step began, one stage ago
   */
  abstract Tensor second(
      Tensor original, Tensor trial, Tensor start, int index, NoiseSource generator);

  /** Two calls of the network are one step, as diffusers counts them. */
  public final int order() {
    return 2;
  }

  @Override
  public void close() {
    start.close();
  }
}
