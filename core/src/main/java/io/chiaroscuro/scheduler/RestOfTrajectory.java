package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** A run that begins midway. */
final class RestOfTrajectory implements Trajectory {

  private final Trajectory whole;
  private final int begin;

  RestOfTrajectory(Trajectory whole, int begin) {
    if (begin < 0 || begin >= whole.length()) {
      throw new IllegalArgumentException(
          "A run of %d steps cannot begin at step %d.".formatted(whole.length(), begin));
    }
    this.whole = whole;
    this.begin = begin;
  }

  @Override
  public double[] timesteps() {
    return Arrays.copyOfRange(whole.timesteps(), begin, whole.length());
  }

  @Override
  public int length() {
    return whole.length() - begin;
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
