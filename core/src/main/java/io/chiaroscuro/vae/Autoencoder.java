package io.chiaroscuro.vae;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.NetworkFolder;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Between images and latents: what diffusion needs of an autoencoder, whatever its kind.
 *
 * <p>{@link #encode} and {@link #decode} speak of the autoencoder's own latents, as diffusers' do;
 * {@link #scale} and {@link #unscale} translate to and from those that diffusion works on.
 */
public sealed interface Autoencoder extends AutoCloseable permits AutoencoderKL, AutoencoderTiny {

  /**
   * The autoencoder of a folder that holds nothing else, or of a checkpoint's.
   *
   * @param folder with {@code config.json} and weights, or with a folder {@code vae} like that
   * @throws InvalidInputException if config or weights are missing or do not fit each other
   */
  static Autoencoder read(Path folder, DType dtype, Device device) {
    NetworkFolder network =
        NetworkFolder.of(folder, List.of(AutoencoderKL.CLASS_NAME, AutoencoderTiny.CLASS_NAME));
    return network.build(
        dtype,
        device,
        (config, weights) ->
            network.className().equals(AutoencoderTiny.CLASS_NAME)
                ? new AutoencoderTiny(AutoencoderTinyConfig.read(config), weights)
                : new AutoencoderKL(AutoencoderKLConfig.read(config), weights));
  }

  /** Channels of the latents. */
  int latentChannels();

  /** How many times larger an image is than its latents. */
  int downscale();

  Weights weights();

  /**
   * @param images (B, inChannels, H, W) in -1..1, in the weights' type; H and W at least {@link
   *     #downscale}
   * @return what is known of their latents (B, latentChannels, h, w); its tensors are kept in the
   *     caller's scope
   * @throws InvalidInputException if the images have another shape
   */
  LatentDistribution encode(Tensor images);

  /**
   * @param latents (B, latentChannels, h, w), {@linkplain #unscale unscaled}, in the weights' type
   * @return images (B, outChannels, H, W), about -1..1, not clamped
   * @throws InvalidInputException if the latents have another shape
   */
  Tensor decode(Tensor latents);

  /** From the autoencoder's latents to diffusion's. */
  Tensor scale(Tensor latents);

  /** From diffusion's latents to the autoencoder's. */
  Tensor unscale(Tensor latents);

  /**
   * The same autoencoder, taking pictures and latents of a batch one after another, as with
   * diffusers' {@code enable_slicing}: less memory, the same result. Shares the weights: close one
   * of the two.
   */
  Autoencoder sliced();

  /**
   * The same autoencoder, taking what is large in overlapping tiles. Shares the weights: close one
   * of the two.
   *
   * @throws InvalidInputException if it cannot
   */
  Autoencoder tiled();

  @Override
  void close();
}
