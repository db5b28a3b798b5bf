package io.chiaroscuro.spark;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.util.Arrays;
import java.util.Map;

/** Pictures whose brightness is known. */
public final class Pictures {

  private Pictures() {}

  /** The bytes of a PNG file, 4x4 of one value. */
  public static byte[] grey(int value) {
    byte[] rgb = new byte[3 * 4 * 4];
    Arrays.fill(rgb, (byte) value);
    return PngFile.encode(new RgbImage(4, 4, rgb), Map.of());
  }
}
