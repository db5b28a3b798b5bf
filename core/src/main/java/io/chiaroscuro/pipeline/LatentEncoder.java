package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LowFrequencyBasis;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.Autoencoder;
import io.chiaroscuro.vae.AutoencoderKL;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * From pictures to the latents that diffusion is trained on: the mode of the autoencoder's
 * posterior, scaled.
 *
 * @param vae closed with this object
 */
public record LatentEncoder(Autoencoder vae) implements AutoCloseable {

  /**
   * Loads a checkpoint's autoencoder and nothing else of it.
   *
   * @throws InvalidInputException if it is missing or damaged
   */
  public static LatentEncoder load(Checkpoint checkpoint, Device device, DType dtype) {
    return new LatentEncoder(AutoencoderKL.load(checkpoint, dtype, device));
  }

  /** Where it computes. */
  public Device device() {
    return vae.weights().device();
  }

  /** What it computes in. */
  public DType dtype() {
    return vae.weights().dtype();
  }

  /**
   * The latents of pictures of this size.
   *
   * @throws InvalidInputException unless both sides are multiples of the autoencoder's downscale
   */
  public LatentShape latentShape(int width, int height) {
    return LatentShape.ofImage(vae.latentChannels(), vae.downscale(), width, height);
  }

  /**
   * @param images all of one size
   * @return float32 latents (B, C, h, w) on the CPU
   */
  public Tensor encode(List<RgbImage> images) {
    try (var scope = new TensorScope()) {
      Tensor pixels = Tensors.to(RgbImage.toTensor(images), device(), dtype());
      Tensor latents = vae.scale(vae.encode(pixels).mode());
      return scope.keep(Tensors.to(latents, Device.CPU, DType.FLOAT32));
    }
  }

  /**
   * The lowest frequencies of a picture's latents, as {@link
   * io.chiaroscuro.leak.LeakControls#withLowFrequencies} takes them.
   *
   * @param components how many frequencies, {@linkplain io.chiaroscuro.leak.Frequency#LOWEST_FIRST
   *     the lowest first}, 1 to h w
   * @throws InvalidInputException if the autoencoder does not take the picture's size, or yields
   *     NaN or infinity
   */
  public Map<Component, Double> lowFrequencies(RgbImage picture, int components) {
    LatentShape shape = latentShape(picture.width(), picture.height());
    var basis = LowFrequencyBasis.lowest(shape.height(), shape.width(), components);
    try (var scope = new TensorScope()) {
      Tensor latents = encode(List.of(picture));
      if (!Tensors.isFinite(latents)) {
        throw new InvalidInputException(
            "The autoencoder's latents of the leak's picture are NaN or infinite; choose --dtype float32 or bfloat16, or where that is in use fetch the weights again.");
      }
      return basis.components(latents);
    }
  }

  @Override
  public void close() {
    vae.close();
  }
}
