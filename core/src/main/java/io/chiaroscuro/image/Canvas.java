package io.chiaroscuro.image;

import java.util.Arrays;

/** A white sheet to put images, bars and letters on. Colours are 0xRRGGBB. */
final class Canvas {

  static final int BLACK = 0x000000;

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
