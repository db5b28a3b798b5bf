package io.chiaroscuro.vae;

import io.chiaroscuro.tensor.NoiseSource;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What an encoder says of the latents of images, not yet multiplied by the scaling factor, see
 * {@link Autoencoder#scale}.
 */
public sealed interface LatentDistribution
    permits DiagonalGaussianDistribution, DeterministicLatents {

  /** The most probable latents (B, latentChannels, h, w): not a copy. */
  Tensor mode();

  /**
   * Latents of one image, drawn several times.
   *
   * @param count how often
   * @param generator asked for (count, latentChannels, h, w) numbers, if any
   * @return (count, latentChannels, h, w)
   */
  Tensor sample(int count, NoiseSource generator);

  /** All that it holds. */
  List<Tensor> tensors();
}
