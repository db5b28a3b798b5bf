package io.chiaroscuro.image;

import java.util.Arrays;

/**
 * Bilinear resizing with antialiasing, digit for digit Pillow's {@code Image.resize((w, h),
 * BILINEAR)}.
 *
 * <p>The filter is a triangle of half-width {@code max(scale, 1)} source pixels around the centre
 * {@code (i + 0.5) scale} of the output pixel i, where {@code scale = input / output}: taps outside
 * the image are left out, the rest normalised to sum 1. Rows are filtered first, then columns. As
 * in Pillow the weights are integers with {@value #PRECISION} fractional bits, and each pass is
 * rounded to 8 bits.
 */
public final class Resize {

  /** 32 bits less 8 of the value and 2 of headroom. */
  private static final int PRECISION = 32 - 8 - 2;

  private Resize() {}

  /** Exactly {@code width x height}, whatever that does to the proportions. */
  public static RgbImage to(RgbImage image, int width, int height) {
    requirePositive(width, height);
    RgbImage wide = width == image.width() ? image : horizontally(image, width);
    return height == wide.height() ? wide : vertically(wide, height);
  }

  /**
   * The shorter side becomes {@code size}, the longer one {@code floor(size * longer / shorter)}:
   * torchvision's {@code Resize(size)}.
   */
  public static RgbImage shorterSide(RgbImage image, int size) {
    return cover(image, size, size);
  }

  /**
   * In proportion, as small as covers {@code width x height}: one side fits, the other is that long
   * or longer and remains to be cropped.
   */
  public static RgbImage cover(RgbImage image, int width, int height) {
    requirePositive(width, height);
    boolean widthFits = (long) width * image.height() >= (long) height * image.width();
    return widthFits
        ? to(image, width, proportional(width, image.height(), image.width()))
        : to(image, proportional(height, image.width(), image.height()), height);
  }

  private static int proportional(int size, int other, int side) {
    return (int) ((double) ((long) size * other) / side);
  }

  private static void requirePositive(int width, int height) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("No image has the size %dx%d.".formatted(width, height));
    }
  }

  private static RgbImage horizontally(RgbImage image, int width) {
    Taps taps = Taps.of(image.width(), width);
    byte[] in = image.rgb();
    byte[] out = new byte[Math.multiplyExact(3 * width, image.height())];
    for (int y = 0, o = 0; y < image.height(); y++) {
      int row = 3 * y * image.width();
      for (int x = 0; x < width; x++, o += 3) {
        int red = 1 << (PRECISION - 1);
        int green = red;
        int blue = red;
        int i = row + 3 * taps.first[x];
        for (int weight : taps.weights[x]) {
          red += weight * (in[i] & 0xff);
          green += weight * (in[i + 1] & 0xff);
          blue += weight * (in[i + 2] & 0xff);
          i += 3;
        }
        out[o] = rounded(red);
        out[o + 1] = rounded(green);
        out[o + 2] = rounded(blue);
      }
    }
    return new RgbImage(width, image.height(), out);
  }

  private static RgbImage vertically(RgbImage image, int height) {
    Taps taps = Taps.of(image.height(), height);
    byte[] in = image.rgb();
    int row = 3 * image.width();
    byte[] out = new byte[Math.multiplyExact(row, height)];
    int[] sums = new int[row];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, 1 << (PRECISION - 1));
      int i = row * taps.first[y];
      for (int weight : taps.weights[y]) {
        for (int x = 0; x < row; x++) {
          sums[x] += weight * (in[i + x] & 0xff);
        }
        i += row;
      }
      for (int x = 0; x < row; x++) {
        out[row * y + x] = rounded(sums[x]);
      }
    }
    return new RgbImage(image.width(), height, out);
  }

  private static byte rounded(int sum) {
    return (byte) Math.min(Math.max(sum >> PRECISION, 0), 255);
  }

  /** Which source pixels an output pixel is made of, and how much of each. */
  private record Taps(int[] first, int[][] weights) {

    static Taps of(int input, int output) {
      double scale = (double) input / output;
      double support = Math.max(scale, 1);
      int[] first = new int[output];
      int[][] weights = new int[output][];
      for (int i = 0; i < output; i++) {
        double centre = (i + 0.5) * scale;
        // Truncation, not floor: at the left edge it makes -0.x the 0 that the maximum asks for.
        first[i] = Math.max((int) (centre - support + 0.5), 0);
        int end = Math.min((int) (centre + support + 0.5), input);
        weights[i] = normalised(first[i], end, centre, support);
      }
      return new Taps(first, weights);
    }

    private static int[] normalised(int first, int end, double centre, double support) {
      double[] exact = new double[end - first];
      double sum = 0;
      for (int k = 0; k < exact.length; k++) {
        double distance = Math.abs((k + first - centre + 0.5) * (1 / support));
        exact[k] = Math.max(1 - distance, 0);
        sum += exact[k];
      }
      int[] fixed = new int[exact.length];
      for (int k = 0; k < exact.length; k++) {
        fixed[k] = (int) (0.5 + exact[k] / sum * (1 << PRECISION));
      }
      return fixed;
    }
  }
}
