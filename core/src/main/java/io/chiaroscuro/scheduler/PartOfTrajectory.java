package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** A run that begins midway, or ends there. */
final class PartOfTrajectory implements Trajectory {

  private final Trajectory whole;
  private final int begin;
  private final int end;

  PartOfTrajectory(Trajectory whole, int begin, int end) {
    if (begin < 0 || begin >= end || end > whole.length()) {
      throw new IllegalArgumentException(
          "A run of %d steps has no part from step %d to %d."
              .formatted(whole.length(), begin, end));
    }
    this.whole = whole;
    this.begin = begin;
    this.end = end;
  }

  @Override
  public double[] timesteps() {
    return Arrays.copyOfRange(whole.timesteps(), begin, end);
  }

  @Override
  public int length() {
    return end - begin;
  }

  @Override
  public int order() {
    return whole.order();
  }

  @Override
  public double initNoiseSigma() {
    return whole.initNoiseSigma();
  }

  @Override
  public NoiseLevel noiseLevel(int index) {
    return whole.noiseLevel(begin + index);
  }

  @Override
  public Tensor scaleModelInput(Tensor sample, int index) {
    return whole.scaleModelInput(sample, begin + index);
  }

  @Override
  public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
    return whole.step(modelOutput, begin + index, sample, generator);
  }

  @Override
  public void close() {
    whole.close();
  }
}
