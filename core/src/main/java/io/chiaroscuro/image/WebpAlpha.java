package io.chiaroscuro.image;

import io.chiaroscuro.image.vp8l.LosslessPicture;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * The transparency beside a lossy WebP picture: the chunk {@code ALPH} of the WebP container
 * specification.
 */
final class WebpAlpha {

  private static final int HORIZONTAL = 1;
  private static final int VERTICAL = 2;
  private static final int GRADIENT = 3;

  private WebpAlpha() {}

  /** Opacities 0..255, row by row. */
  static byte[] decode(byte[] alph, int width, int height) throws IOException {
    if (alph.length < 1) {
      throw new EOFException();
    }
    int compression = alph[0] & 3;
    int filter = alph[0] >> 2 & 3;
    byte[] stored = Arrays.copyOfRange(alph, 1, alph.length);
    byte[] alpha = compression == 0 ? stored : green(stored, width, height);
    if (alpha.length < width * height) {
      throw new EOFException();
    }
    unfilter(alpha, width, height, filter);
    return alpha;
  }

  /** The opacities are compressed as the green channel of a lossless picture. */
  private static byte[] green(byte[] stream, int width, int height) throws IOException {
    int[] argb = LosslessPicture.decode(stream, width, height).argb();
    byte[] green = new byte[argb.length];
    for (int i = 0; i < green.length; i++) {
      green[i] = (byte) (argb[i] >> 8);
    }
    return green;
  }

  /** Adds to each what its neighbours foretold; beside the first column and row fewer do. */
  private static void unfilter(byte[] alpha, int width, int height, int filter) {
    for (int i = 1; i < width * height && filter != 0; i++) {
      boolean first = i % width == 0;
      int left = first ? 0 : alpha[i - 1] & 0xff;
      int above = i < width ? 0 : alpha[i - width] & 0xff;
      int corner = first || i < width ? 0 : alpha[i - width - 1] & 0xff;
      int foretold =
          switch (first ? VERTICAL : i < width ? HORIZONTAL : filter) {
            case HORIZONTAL -> left;
            case VERTICAL -> above;
            case GRADIENT -> Math.min(Math.max(left + above - corner, 0), 255);
            default -> throw new IllegalArgumentException("No filter " + filter + ".");
          };
      alpha[i] += (byte) foretold;
    }
  }
}
