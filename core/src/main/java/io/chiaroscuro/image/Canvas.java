package io.chiaroscuro.image;

import java.util.Arrays;

/** A white sheet to put images, bars and letters on. Colours are 0xRRGGBB. */
final class Canvas {

  static final int BLACK = 0x000000;
  static final int WHITE = 0xffffff;

  private final int width;
  private final int height;
  private final byte[] rgb;

  Canvas(int width, int height) {
    this.width = width;
    this.height = height;
    this.rgb = new byte[Math.multiplyExact(Math.multiplyExact(3, width), height)];
    Arrays.fill(rgb, (byte) 255);
  }

  /** What lies outside the sheet is cut off. */
  void fill(int left, int top, int wide, int high, int color) {
    for (int y = Math.max(top, 0); y < Math.min(top + high, height); y++) {
      for (int x = Math.max(left, 0); x < Math.min(left + wide, width); x++) {
        int i = 3 * (y * width + x);
        rgb[i] = (byte) (color >> 16);
        rgb[i + 1] = (byte) (color >> 8);
        rgb[i + 2] = (byte) color;
      }
    }
  }

  /**
   * A line from left to right whose height may differ at each column's edges: {@code y} has one
   * value more than the line has columns. Its edges are smooth; what lies outside is cut off.
   */
  void line(int left, double[] y, double thickness, int color) {
    for (int column = 0; column + 1 < y.length; column++) {
      // A steep piece is cut more by a vertical than by its own width.
      double slope = y[column + 1] - y[column];
      double half = thickness / 2 * Math.sqrt(1 + slope * slope);
      double middle = (y[column] + y[column + 1]) / 2;
      double from = Math.min(middle - half, Math.min(y[column], y[column + 1]));
      double to = Math.max(middle + half, Math.max(y[column], y[column + 1]));
      for (int row = (int) Math.max(0, from); row < Math.min(to, height); row++) {
        double covered = Math.min(to, row + 1) - Math.max(from, row);
        blend(left + column, row, color, Math.max(0, Math.min(1, covered)));
      }
    }
  }

  private void blend(int x, int y, int color, double share) {
    for (int channel = 0; channel < 3; channel++) {
      int i = 3 * (y * width + x) + channel;
      int over = color >> 16 - 8 * channel & 0xff;
      rgb[i] = (byte) Math.round((rgb[i] & 0xff) * (1 - share) + over * share);
    }
  }

  /** The image has to lie within the sheet. */
  void draw(RgbImage image, int left, int top) {
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(
          image.rgb(),
          3 * y * image.width(),
          rgb,
          3 * ((top + y) * width + left),
          3 * image.width());
    }
  }

  /** Black letters, each dot a square of {@code scale} pixels; the upper left corner is given. */
  void write(String text, int left, int top, int scale) {
    String shown = BitmapFont.shown(text);
    for (int i = 0; i < shown.length(); i++) {
      for (int y = 0; y < BitmapFont.HEIGHT; y++) {
        for (int x = 0; x < BitmapFont.ADVANCE - 1; x++) {
          if (BitmapFont.isInk(shown.charAt(i), x, y)) {
            int dotLeft = left + (i * BitmapFont.ADVANCE + x) * scale;
            fill(dotLeft, top + y * scale, scale, scale, BLACK);
          }
        }
      }
    }
  }

  RgbImage toImage() {
    return new RgbImage(width, height, rgb.clone());
  }
}
