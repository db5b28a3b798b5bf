package io.chiaroscuro.training.data;

import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Latents encoded each time anew, where a {@link LatentCache} does not suit: the autoencoder's
 * posterior, (B, C, h, w) on its device in its type, unscaled.
 */
public final class EncodedPixels implements Pictures<DiagonalGaussianDistribution> {

  private final Pixels pixels;
  private final AutoencoderKL vae;

  /**
   * @param pixels closed with this object
   * @param vae not trained here; belongs to the caller
   * @throws io.chiaroscuro.InvalidInputException if the sizes do not suit the autoencoder
   */
  public EncodedPixels(Pixels pixels, AutoencoderKL vae) {
    pixels.examples().requireMultiplesOf(vae.config().downscale());
    this.pixels = pixels;
    this.vae = vae;
  }

  @Override
  @SuppressWarnings("try") // The guard acts by being open.
  public DiagonalGaussianDistribution load(List<Place> places) {
    try (var scope = new TensorScope();
        var guard = new NoGradGuard()) {
      var weights = vae.weights();
      var posterior =
          vae.encode(Tensors.to(pixels.load(places), weights.device(), weights.dtype()));
      scope.keep(posterior.mean());
      scope.keep(posterior.logvar());
      return posterior;
    }
  }

  @Override
  public void announce(List<Place> places) {
    pixels.announce(places);
  }

  @Override
  public void close() {
    pixels.close();
  }
}
