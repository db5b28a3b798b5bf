package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.Autoencoder;
import io.chiaroscuro.vae.LatentDistribution;
import org.bytedeco.pytorch.Tensor;

/**
 * One picture as the autoencoder sees it: the distribution of its latents, from which each
 * generation draws its own, as diffusers' pipelines do.
 */
final class EncodedImage implements AutoCloseable {

  private final Autoencoder vae;
  private final LatentDistribution distribution;

  /**
   * @param pixels (1, 3, H, W) in -1..1
   * @throws InvalidInputException if the autoencoder yields NaN or infinity
   */
  EncodedImage(StableDiffusion model, Tensor pixels) {
    this.vae = model.vae();
    try (var scope = new TensorScope()) {
      this.distribution = vae.encode(Tensors.to(pixels, model.device(), vae.weights().dtype()));
      if (!Tensors.isFinite(distribution.mode())) {
        throw new InvalidInputException(
            "The image's latents are NaN or infinite; choose --dtype float32 or bfloat16, or where that is in use fetch the weights again.");
      }
      distribution.tensors().forEach(scope::own);
    }
  }

  /**
   * The picture's latents for each of {@code batch} generations, (batch, C, h, w) float32 on the
   * CPU, scaled.
   */
  Tensor sample(int batch, NoiseSource generator) {
    try (var scope = new TensorScope()) {
      Tensor latents = vae.scale(distribution.sample(batch, generator));
      return scope.keep(Tensors.to(latents, Device.CPU, DType.FLOAT32));
    }
  }

  @Override
  public void close() {
    distribution.tensors().forEach(Tensor::close);
  }
}
