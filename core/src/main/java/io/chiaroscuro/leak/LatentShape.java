package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * The size of one image's latents.
 *
 * @param channels C, 4 in Stable Diffusion 1.x, 2.x and XL
 * @param height h, an eighth of the image's height
 * @param width w, an eighth of the image's width
 */
public record LatentShape(int channels, int height, int width) {

  /** Stable Diffusion's VAEs halve an image's sides three times. */
  private static final int PIXELS_PER_LATENT = 8;

  public LatentShape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new InvalidInputException(
          "Latents of %d channels, %d x %d, do not exist; give sizes of at least 1."
              .formatted(channels, height, width));
    }
  }

  /** The shape of one image's latents in a batch (B, C, h, w). */
  public static LatentShape of(Tensor latents) {
    long[] shape = Tensors.shape(latents);
    if (shape.length != 4) {
      throw new IllegalArgumentException(
          "Latents are (B, C, h, w), not %s.".formatted(Arrays.toString(shape)));
    }
    return new LatentShape((int) shape[1], (int) shape[2], (int) shape[3]);
  }

  /**
   * The latents of an image.
   *
   * @param channels C
   * @param downscale how many pixels' side a latent stands for
   * @param width of the image, in pixels
   * @param height likewise
   * @throws InvalidInputException unless both sides are multiples of {@code downscale}
   */
  public static LatentShape ofImage(int channels, int downscale, int width, int height) {
    if (width < downscale || height < downscale || width % downscale + height % downscale != 0) {
      throw new InvalidInputException(
          "The size %dx%d does not suit this model; width and height must be multiples of %d."
              .formatted(width, height, downscale));
    }
    return new LatentShape(channels, height / downscale, width / downscale);
  }

  /** Elements of one channel, {@code h w}. */
  public long area() {
    return (long) height * width;
  }

  /** Width in pixels of the images that have such latents. */
  public int imageWidth() {
    return width * PIXELS_PER_LATENT;
  }

  /** Height in pixels of the images that have such latents. */
  public int imageHeight() {
    return height * PIXELS_PER_LATENT;
  }

  /** For example {@code 4x64x96 latents (images of 768x512 pixels)}: C, h, w; width, height. */
  @Override
  public String toString() {
    return "%dx%dx%d latents (images of %dx%d pixels)"
        .formatted(channels, height, width, imageWidth(), imageHeight());
  }
}
