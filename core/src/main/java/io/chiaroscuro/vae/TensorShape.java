package io.chiaroscuro.vae;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** What an autoencoder takes. */
final class TensorShape {

  private TensorShape() {}

  static void requireImages(Tensor images, int channels, int downscale) {
    requireChannels("Images", images, channels);
    if (Math.min(images.size(2), images.size(3)) < downscale) {
      throw new InvalidInputException(
          "Images of %dx%d pixels are too small; each side needs at least %d."
              .formatted(images.size(3), images.size(2), downscale));
    }
  }

  static void requireLatents(Tensor latents, int channels) {
    requireChannels("Latents", latents, channels);
  }

  private static void requireChannels(String what, Tensor tensor, int channels) {
    if (tensor.dim() != 4 || tensor.size(1) != channels) {
      throw new InvalidInputException(
          "%s have shape %s; this autoencoder takes (batch, %d, height, width)."
              .formatted(what, Arrays.toString(Tensors.shape(tensor)), channels));
    }
  }
}
