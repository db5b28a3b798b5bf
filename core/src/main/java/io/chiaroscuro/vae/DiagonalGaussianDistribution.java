package io.chiaroscuro.vae;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents that are independent normals.
 *
 * @param mean (B, latentChannels, h, w)
 * @param logvar logarithm of the variance, same shape, clamped to -30..20
 */
public record DiagonalGaussianDistribution(Tensor mean, Tensor logvar)
    implements LatentDistribution {

  /** Splits what the encoder puts out, (B, 2 latentChannels, h, w); kept in the caller's scope. */
  static DiagonalGaussianDistribution of(Tensor parameters) {
    try (var scope = new TensorScope()) {
      long channels = parameters.size(1) / 2;
      Tensor logvar =
          parameters
              .narrow(1, channels, channels)
              .clamp(new ScalarOptional(new Scalar(-30.0)), new ScalarOptional(new Scalar(20.0)));
      return new DiagonalGaussianDistribution(
          scope.keep(parameters.narrow(1, 0, channels)), scope.keep(logvar));
    }
  }

  /** The mean itself. */
  @Override
  public Tensor mode() {
    return mean;
  }

  @Override
  public Tensor sample(int count, NoiseSource generator) {
    try (var scope = new TensorScope()) {
      return scope.keep(sample(generator.randn(count, mean.size(1), mean.size(2), mean.size(3))));
    }
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(mean, logvar);
  }

  /**
   * Latents drawn at random, {@code mean + exp(logvar / 2) n}, with the numbers that diffusers
   * draws from a CPU generator in the same state.
   */
  public Tensor sample(SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      return scope.keep(sample(generator.randn(DType.of(mean), Tensors.shape(mean))));
    }
  }

  /**
   * {@code mean + exp(logvar / 2) noise}.
   *
   * @param noise of the mean's shape, or of a mean of one image as many as wanted; anywhere
   */
  public Tensor sample(Tensor noise) {
    try (var scope = new TensorScope()) {
      Tensor n = noise.to(mean.device(), DType.of(mean).torch());
      return scope.keep(mean.add(logvar.mul(new Scalar(0.5)).exp().mul(n)));
    }
  }
}
