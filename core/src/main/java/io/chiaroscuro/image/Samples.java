package io.chiaroscuro.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * From the samples that ImageIO read to sRGB as they stand. {@code BufferedImage.getRGB} would
 * apply the embedded profile, and take grey values for linear light.
 */
final class Samples {

  private Samples() {}

  static RgbImage toRgb(BufferedImage image) throws IOException {
    return image.getColorModel() instanceof IndexColorModel palette
        ? throughPalette(image.getRaster(), palette)
        : direct(image.getRaster(), image.getColorModel());
  }

  private static RgbImage throughPalette(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int[] colors = new int[1 << palette.getPixelSize()];
    int[] known = new int[palette.getMapSize()];
    palette.getRGBs(known);
    System.arraycopy(known, 0, colors, 0, known.length);
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width];
    int o = 0;
    for (int y = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int index : row) {
        int color = colors[index];
        int alpha = color >>> 24;
        rgb[o++] = overWhite(color >> 16 & 0xff, alpha);
        rgb[o++] = overWhite(color >> 8 & 0xff, alpha);
        rgb[o++] = overWhite(color & 0xff, alpha);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static RgbImage direct(Raster raster, ColorModel model) throws IOException {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    int[] bits = raster.getSampleModel().getSampleSize();
    int space = model.getColorSpace().getType();
    int colors = bands - (model.hasAlpha() ? 1 : 0);
    boolean known =
        switch (space) {
          case ColorSpace.TYPE_GRAY -> colors == 1;
          case ColorSpace.TYPE_RGB -> colors == 3;
          case ColorSpace.TYPE_CMYK -> colors == 4;
          default -> false;
        };
    if (!known || raster.getSampleModel().getDataType() > DataBuffer.TYPE_INT || bits[0] > 16) {
      throw new IOException(
          "%d channels of %d bits in this colour space are not supported"
              .formatted(bands, bits[0]));
    }
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[bands * width];
    int[] pixel = new int[bands];
    int o = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int i = 0; i < row.length; i += bands) {
        for (int band = 0; band < bands; band++) {
          pixel[band] = eightBits(row[i + band], bits[band]);
        }
        int alpha = model.hasAlpha() ? pixel[bands - 1] : 255;
        for (int channel = 0; channel < 3; channel++) {
          int value =
              switch (space) {
                case ColorSpace.TYPE_GRAY -> pixel[0];
                case ColorSpace.TYPE_CMYK -> inkOnPaper(pixel[channel], pixel[3]);
                default -> pixel[channel];
              };
          rgb[o++] =
              model.isAlphaPremultiplied() && model.hasAlpha()
                  ? (byte) Math.min(value + 255 - alpha, 255)
                  : overWhite(value, alpha);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** Of 9 to 16 bits the upper 8, as Pillow does; fewer are stretched to the whole range. */
  private static int eightBits(int value, int bits) {
    if (bits == 8) {
      return value;
    }
    return bits > 8 ? value >> (bits - 8) : value * 255 / ((1 << bits) - 1);
  }

  static byte overWhite(int value, int alpha) {
    return (byte) ((value * alpha + 255 * (255 - alpha) + 127) / 255);
  }

  /** What an ink and black leave of white, both 0..255, by the plain product. */
  static int inkOnPaper(int ink, int black) {
    return ((255 - ink) * (255 - black) + 127) / 255;
  }
}
