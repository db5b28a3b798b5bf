package io.chiaroscuro.image.vp8l;

import java.io.IOException;

/** What the encoder did to the pixels, to be undone: section 4. */
sealed interface Transform {

  /** The width that the transformed picture is stored with. */
  int storedWidth();

  int[] invert(int[] argb, int height);

  static Transform read(BitReader in, int width, int height) throws IOException {
    int type = in.read(2);
    switch (type) {
      case 2:
        return new SubtractGreen(width);
      case 3:
        int size = in.read(8) + 1;
        int[] colors = EntropyCoded.readPart(in, size, 1);
        for (int i = 1; i < size; i++) {
          colors[i] = sum(colors[i], colors[i - 1]);
        }
        int sharing = size <= 2 ? 3 : size <= 4 ? 2 : size <= 16 ? 1 : 0;
        return new Palette(width, sharing, colors);
      default:
        int bits = in.read(3) + 2;
        int[] blocks = EntropyCoded.readPart(in, covering(width, bits), covering(height, bits));
        return type == 0
            ? new Prediction(width, bits, blocks)
            : new ColorCorrelation(width, bits, blocks);
    }
  }

  /** How many squares of 2^{@code bits} pixels cover {@code size} of them. */
  static int covering(int size, int bits) {
    return (int) ((long) size + (1L << bits) - 1 >> bits);
  }

  /** Channel by channel, modulo 256. */
  static int sum(int a, int b) {
    int alphaAndGreen = (a & 0xff00ff00) + (b & 0xff00ff00);
    int redAndBlue = (a & 0x00ff00ff) + (b & 0x00ff00ff);
    return alphaAndGreen & 0xff00ff00 | redAndBlue & 0x00ff00ff;
  }

  /** Red and blue were stored less green. */
  record SubtractGreen(int storedWidth) implements Transform {
    @Override
    public int[] invert(int[] argb, int height) {
      for (int i = 0; i < argb.length; i++) {
        int green = argb[i] >> 8 & 0xff;
        argb[i] = sum(argb[i], green << 16 | green);
      }
      return argb;
    }
  }

  /** Green is a place in a table; where that is short, several pixels share one. */
  record Palette(int width, int sharing, int[] colors) implements Transform {
    @Override
    public int storedWidth() {
      return covering(width, sharing);
    }

    @Override
    public int[] invert(int[] argb, int height) {
      int[] out = new int[width * height];
      int bits = 8 >> sharing;
      int inOne = (1 << sharing) - 1;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int green = argb[y * storedWidth() + (x >> sharing)] >> 8 & 0xff;
          int index = green >> (x & inOne) * bits & (1 << bits) - 1;
          out[y * width + x] = index < colors.length ? colors[index] : 0;
        }
      }
      return out;
    }
  }

  /** Red and blue were stored less shares of green, blue also less a share of red. */
  record ColorCorrelation(int storedWidth, int bits, int[] blocks) implements Transform {
    @Override
    public int[] invert(int[] argb, int height) {
      int across = covering(storedWidth, bits);
      for (int i = 0; i < argb.length; i++) {
        int shares = blocks[(i / storedWidth >> bits) * across + (i % storedWidth >> bits)];
        int green = argb[i] >> 8;
        int red = (argb[i] >> 16) + share(shares, green) & 0xff;
        int blue = argb[i] + share(shares >> 8, green) + share(shares >> 16, red) & 0xff;
        argb[i] = argb[i] & 0xff00ff00 | red << 16 | blue;
      }
      return argb;
    }

    private static int share(int factor, int value) {
      return (byte) factor * (byte) value >> 5;
    }
  }

  /** Pixels were stored less what their neighbours foretell, in one of fourteen ways a block. */
  record Prediction(int storedWidth, int bits, int[] blocks) implements Transform {
    @Override
    public int[] invert(int[] argb, int height) {
      int across = covering(storedWidth, bits);
      argb[0] = sum(argb[0], 0xff000000);
      for (int i = 1; i < argb.length; i++) {
        int x = i % storedWidth;
        int y = i / storedWidth;
        int mode = y == 0 ? 1 : x == 0 ? 2 : blocks[(y >> bits) * across + (x >> bits)] >> 8 & 15;
        argb[i] = sum(argb[i], foretold(mode, argb, i));
      }
      return argb;
    }

    private int foretold(int mode, int[] argb, int i) {
      int left = argb[i - 1];
      if (mode == 1) {
        return left;
      }
      int top = argb[i - storedWidth];
      if (mode == 2) {
        return top;
      }
      int topLeft = argb[i - storedWidth - 1];
      // At the right edge this is the row's own first pixel, as the specification has it.
      int topRight = argb[i - storedWidth + 1];
      return switch (mode) {
        case 3 -> topRight;
        case 4 -> topLeft;
        case 5 -> mean(mean(left, topRight), top);
        case 6 -> mean(left, topLeft);
        case 7 -> mean(left, top);
        case 8 -> mean(topLeft, top);
        case 9 -> mean(top, topRight);
        case 10 -> mean(mean(left, topLeft), mean(top, topRight));
        case 11 -> nearer(left, top, topLeft);
        case 12 -> clampedSlope(left, top, topLeft);
        case 13 -> clampedHalf(mean(left, top), topLeft);
        default -> 0xff000000;
      };
    }

    /** Channel by channel, rounded down. */
    private static int mean(int a, int b) {
      return (a & b) + (((a ^ b) & 0xfefefefe) >>> 1);
    }

    private static int nearer(int left, int top, int topLeft) {
      int fromLeft = 0;
      int fromTop = 0;
      for (int shift = 0; shift < 32; shift += 8) {
        int corner = topLeft >> shift & 0xff;
        fromLeft += Math.abs((top >> shift & 0xff) - corner);
        fromTop += Math.abs((left >> shift & 0xff) - corner);
      }
      return fromLeft < fromTop ? left : top;
    }

    private static int clampedSlope(int left, int top, int topLeft) {
      int result = 0;
      for (int shift = 0; shift < 32; shift += 8) {
        int value = (left >> shift & 0xff) + (top >> shift & 0xff) - (topLeft >> shift & 0xff);
        result |= Math.min(Math.max(value, 0), 255) << shift;
      }
      return result;
    }

    private static int clampedHalf(int mean, int topLeft) {
      int result = 0;
      for (int shift = 0; shift < 32; shift += 8) {
        int value = mean >> shift & 0xff;
        int slope = (value - (topLeft >> shift & 0xff)) / 2;
        result |= Math.min(Math.max(value + slope, 0), 255) << shift;
      }
      return result;
    }
  }
}
