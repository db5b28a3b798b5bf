package io.chiaroscuro.image;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;

/** Cutting a rectangle out of an image, with torchvision's choice of place. */
public final class Crop {

  private Crop() {}

  /**
   * The middle, as torchvision's {@code CenterCrop} finds it: an offset of a half is rounded to the
   * even neighbour.
   */
  public static RgbImage center(RgbImage image, int width, int height) {
    requireInside(image, width, height);
    int left = (int) Math.rint((image.width() - width) / 2.0);
    int top = (int) Math.rint((image.height() - height) / 2.0);
    return at(image, left, top, width, height);
  }

  /**
   * Anywhere, each place as likely, with the draws of torchvision's {@code RandomCrop}: the top,
   * then the left; none where the image has that size already.
   */
  public static RgbImage random(RgbImage image, int width, int height, SeededGenerator generator) {
    requireInside(image, width, height);
    if (image.width() == width && image.height() == height) {
      return image;
    }
    int top = below(image.height() - height + 1, generator);
    int left = below(image.width() - width + 1, generator);
    return at(image, left, top, width, height);
  }

  /** The rectangle whose upper left corner is ({@code left}, {@code top}). */
  public static RgbImage at(RgbImage image, int left, int top, int width, int height) {
    requireInside(image, left + width, top + height);
    if (left < 0 || top < 0) {
      throw new IllegalArgumentException("(%d, %d) is no place in an image.".formatted(left, top));
    }
    if (image.width() == width && image.height() == height) {
      return image;
    }
    byte[] out = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          image.rgb(), 3 * ((top + y) * image.width() + left), out, 3 * y * width, 3 * width);
    }
    return new RgbImage(width, height, out);
  }

  private static int below(int bound, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      return (int) generator.randint(0, bound, 1).item_long();
    }
  }

  private static void requireInside(RgbImage image, int width, int height) {
    if (width < 1 || height < 1 || width > image.width() || height > image.height()) {
      throw new IllegalArgumentException(
          "No %dx%d can be cut out of %s.".formatted(width, height, image));
    }
  }
}
