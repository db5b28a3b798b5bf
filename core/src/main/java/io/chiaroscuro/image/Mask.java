package io.chiaroscuro.image;

import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Which pixels of a picture are painted anew: where the mask is white.
 *
 * <p>As in diffusers' inpainting, colours become grey as by Pillow's {@code convert("L")}, and what
 * is at least half as bright as white is white, the rest black.
 */
public final class Mask {

  private final int width;
  private final int height;
  private final boolean[] white;

  private Mask(int width, int height, boolean[] white) {
    this.width = width;
    this.height = height;
    this.white = white;
  }

  /** The mask that {@code image} shows. */
  public static Mask of(RgbImage image) {
    boolean[] white = new boolean[image.width() * image.height()];
    for (int y = 0, i = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++, i++) {
        white[i] = luma(image.value(x, y, 0), image.value(x, y, 1), image.value(x, y, 2)) >= 128;
      }
    }
    return new Mask(image.width(), image.height(), white);
  }

  /** Whether nothing is painted anew. */
  public boolean isBlack() {
    for (boolean pixel : white) {
      if (pixel) {
        return false;
      }
    }
    return true;
  }

  /** Which pixels are painted anew, (1, 1, height, width) float32 on the CPU: 1, and others 0. */
  public Tensor toTensor() {
    float[] values = new float[white.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = white[i] ? 1 : 0;
    }
    return Tensors.of(values, 1, 1, height, width);
  }

  /**
   * {@code painted} where the mask is white and {@code original} where it is black, pixel by pixel.
   */
  public RgbImage compose(RgbImage original, RgbImage painted) {
    requireFits(original);
    requireFits(painted);
    byte[] rgb = original.rgb().clone();
    for (int i = 0; i < white.length; i++) {
      if (white[i]) {
        System.arraycopy(painted.rgb(), 3 * i, rgb, 3 * i, 3);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private void requireFits(RgbImage image) {
    if (image.width() != width || image.height() != height) {
      throw new IllegalArgumentException(
          "A mask of %dx%d does not fit an image of %s.".formatted(width, height, image));
    }
  }

  /** ITU-R 601, in Pillow's integers. */
  private static int luma(int red, int green, int blue) {
    return (19595 * red + 38470 * green + 7471 * blue + (1 << 15)) >> 16;
  }
}
