package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What the solvers in terms of lambda have in common: noise levels chosen by sigma, a sample whose
 * variance is preserved.
 */
abstract class NormalizedSigmaTrajectory implements Trajectory {

  private final SigmaSchedule sigmas;

  NormalizedSigmaTrajectory(SigmaSchedule sigmas) {
    this.sigmas = sigmas;
  }

  @Override
  public final double[] timesteps() {
    return sigmas.timesteps().clone();
  }

  @Override
  public final int length() {
    return sigmas.timesteps().length;
  }

  @Override
  public final double initNoiseSigma() {
    return 1;
  }

  @Override
  public final NoiseLevel noiseLevel(int index) {
    return NoiseLevel.ofNormalizedSigma(sigmas.sigma(index));
  }

  @Override
  public final Tensor scaleModelInput(Tensor sample, int index) {
    try (var scope = new TensorScope()) {
      return scope.keep(new Tensor(sample));
    }
  }

  final float lambda(int index) {
    return noiseLevel(index).lambda();
  }
}
