package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderTiny;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Shows what latents stand for by a tiny autoencoder, cheaply enough to do so at every step.
 *
 * @param vae closed with this object
 * @param device where it computes
 * @param dtype what it computes in
 */
public record LatentPreview(AutoencoderTiny vae, Device device, DType dtype)
    implements AutoCloseable {

  /**
   * Loads a tiny autoencoder for a model's latents.
   *
   * @throws InvalidInputException if it is missing, damaged, or made for others
   */
  public static LatentPreview load(Path folder, StableDiffusion model) {
    AutoencoderTiny vae = AutoencoderTiny.read(folder, model.dtype(), model.device());
    int channels = model.vae().config().latentChannels();
    if (vae.config().latentChannels() != channels
        || vae.config().downscale() != model.vae().config().downscale()) {
      vae.close();
      throw new InvalidInputException(
          "%s decodes latents of %d channels to %d times their size, but the model has %d and %d; choose one made for it."
              .formatted(
                  folder,
                  vae.config().latentChannels(),
                  vae.config().downscale(),
                  channels,
                  model.vae().config().downscale()));
    }
    return new LatentPreview(vae, model.device(), model.dtype());
  }

  /**
   * @param latents (B, C, h, w), scaled, any floating type
   */
  public List<RgbImage> decode(Tensor latents) {
    try (var scope = new TensorScope()) {
      return RgbImage.fromTensor(vae.decode(Tensors.to(latents, device, dtype)));
    }
  }

  @Override
  public void close() {
    vae.close();
  }
}
