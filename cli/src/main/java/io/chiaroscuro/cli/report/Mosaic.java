package io.chiaroscuro.cli.report;

import io.chiaroscuro.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/** Many pictures of one size as one, in the order in which one reads, on middle grey. */
public final class Mosaic {

  private static final int GAP = 2;
  private static final byte GREY = (byte) 128;

  private Mosaic() {}

  public static RgbImage of(List<RgbImage> images, int columns) {
    int wide = Math.min(columns, images.size());
    int high = (images.size() + columns - 1) / columns;
    int cellWidth = images.get(0).width() + GAP;
    int cellHeight = images.get(0).height() + GAP;
    int width = wide * cellWidth - GAP;
    int height = high * cellHeight - GAP;
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, GREY);
    for (int i = 0; i < images.size(); i++) {
      RgbImage image = images.get(i);
      int left = i % columns * cellWidth;
      int top = i / columns * cellHeight;
      for (int y = 0; y < image.height(); y++) {
        System.arraycopy(
            image.rgb(),
            3 * y * image.width(),
            rgb,
            3 * ((top + y) * width + left),
            3 * image.width());
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
