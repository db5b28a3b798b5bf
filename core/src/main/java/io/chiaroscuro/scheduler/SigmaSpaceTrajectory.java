package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** What the samplers have in common whose sample is {@code x = x_0 + sigma eps}. */
abstract class SigmaSpaceTrajectory implements Trajectory {

  private final SigmaSchedule sigmas;
  private final TimestepSpacing spacing;

  SigmaSpaceTrajectory(SigmaSchedule sigmas, TimestepSpacing spacing) {
    this.sigmas = sigmas;
    this.spacing = spacing;
  }

  @Override
  public final double[] timesteps() {
    return sigmas.timesteps().clone();
  }

  @Override
  public final int length() {
    return sigmas.timesteps().length;
  }

  /** The first sigma; with leading spacing that of image and noise together, as in diffusers. */
  @Override
  public final double initNoiseSigma() {
    return spacing == TimestepSpacing.LEADING ? noiseLevel(0).norm() : sigma(0);
  }

  @Override
  public final NoiseLevel noiseLevel(int index) {
    return NoiseLevel.ofSigma(sigma(index));
  }

  @Override
  public final Tensor scaleModelInput(Tensor sample, int index) {
    try (var scope = new TensorScope()) {
      return scope.keep(sample.div(new Scalar(noiseLevel(index).norm())));
    }
  }

  /** Nothing is remembered between steps, unless a sampler says so. */
  @Override
  public void close() {}

  final float sigma(int index) {
    return sigmas.sigma(index);
  }

  /** The sample in single precision, since sigmas are too large for half. */
  static Tensor single(Tensor sample) {
    return sample.to(DType.FLOAT32.torch());
  }

  /** Along the line from {@code x} to {@code original}, as far as the noise level {@code to}. */
  final Tensor towards(Tensor original, Tensor x, int index, float to) {
    return along(slope(original, x, index), x, index, to);
  }

  /** The slope of the probability flow at {@code x}, {@code dx / dsigma = (x - x_0) / sigma}. */
  final Tensor slope(Tensor original, Tensor x, int index) {
    return x.sub(original).div(new Scalar(sigma(index)));
  }

  /** From {@code x} at noise level {@code index} along {@code slope} to the level {@code to}. */
  final Tensor along(Tensor slope, Tensor x, int index, float to) {
    return x.add(slope.mul(new Scalar(to - sigma(index))));
  }
}
