package io.chiaroscuro.pipeline;

import io.chiaroscuro.scheduler.NoiseLevel;
import io.chiaroscuro.scheduler.StepResult;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.NoiseSource;
import org.bytedeco.pytorch.Tensor;

/** A sampler's run, of which a kind of inpainting changes one thing. */
abstract class MaskedTrajectory implements Trajectory {

  private final Trajectory steps;

  /**
   * @param steps closed with this object
   */
  MaskedTrajectory(Trajectory steps) {
    this.steps = steps;
  }

  @Override
  public final double[] timesteps() {
    return steps.timesteps();
  }

  @Override
  public final int length() {
    return steps.length();
  }

  @Override
  public final int order() {
    return steps.order();
  }

  @Override
  public final double initNoiseSigma() {
    return steps.initNoiseSigma();
  }

  @Override
  public final NoiseLevel noiseLevel(int index) {
    return steps.noiseLevel(index);
  }

  @Override
  public Tensor scaleModelInput(Tensor sample, int index) {
    return steps.scaleModelInput(sample, index);
  }

  @Override
  public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
    return steps.step(modelOutput, index, sample, generator);
  }

  @Override
  public void close() {
    steps.close();
  }
}
