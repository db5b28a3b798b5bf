package io.chiaroscuro.image;

import java.nio.file.Path;

/** stub */
public final class ImageDecoder {
  public static final long MAX_PIXELS = 178_956_970;

  /** Whether a camera's note of how it was held turns the picture. */
  public enum Orientation {
    /** Upright, as the EXIF orientation says. */
    UPRIGHT,
    /** As the pixels are stored. */
    AS_STORED
  }

  private ImageDecoder() {}

  public static RgbImage decode(Path file) {
    return decode(file, Orientation.UPRIGHT);
  }

  public static RgbImage decode(Path file, Orientation orientation) {
    try {
      var image = javax.imageio.ImageIO.read(file.toFile());
      int[] argb =
          image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
      byte[] rgb = new byte[argb.length * 3];
      for (int i = 0; i < argb.length; i++) {
        rgb[3 * i] = (byte) (argb[i] >> 16);
        rgb[3 * i + 1] = (byte) (argb[i] >> 8);
        rgb[3 * i + 2] = (byte) argb[i];
      }
      return new RgbImage(image.getWidth(), image.getHeight(), rgb);
    } catch (java.io.IOException e) {
      throw new io.chiaroscuro.InvalidInputException("x", e);
    }
  }
}
