package io.chiaroscuro.image.vp8;

import io.chiaroscuro.image.vp8.FrameHeader.Quantizer;
import java.io.IOException;
import java.util.Arrays;

/**
 * What a macroblock's prediction lacks: its coefficients (RFC 6386, section 13), and the samples
 * they stand for (section 14).
 */
final class Residual {

  /** Kinds of block, which have probabilities of their own. */
  private static final int LUMA_WITHOUT_DC = 0;

  private static final int Y2 = 1;
  private static final int CHROMA = 2;
  private static final int LUMA_WITH_DC = 3;

  private static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7};
  private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};

  /** Of the extra bits of the values from 5, 7, 11, 19, 35 and 67 on. */
  private static final int[][] EXTRA_BITS = {
    {159},
    {165, 145},
    {173, 148, 140},
    {176, 155, 140, 135},
    {180, 157, 141, 134, 130},
    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
  };

  private static final int[] EXTRA_BASE = {5, 7, 11, 19, 35, 67};

  /** Contexts: 4 of luma, 2 of each chroma, 1 of Y2: whether the neighbouring block had any. */
  private static final int CONTEXTS = 9;

  private static final int Y2_CONTEXT = 8;

  private final int[] probabilities;
  private final boolean[][] above;
  private final boolean[] left = new boolean[CONTEXTS];
  private final int[] coefficients = new int[25 * 16];

  Residual(int[] probabilities, int columns) {
    this.probabilities = probabilities;
    this.above = new boolean[columns][CONTEXTS];
  }

  void startRow() {
    Arrays.fill(left, false);
  }

  /** A macroblock without coefficients; one predicted by subblocks has no say about Y2. */
  void skip(int column, boolean hasY2) {
    int count = hasY2 ? CONTEXTS : Y2_CONTEXT;
    Arrays.fill(above[column], 0, count, false);
    Arrays.fill(left, 0, count, false);
  }

  /** Reads the macroblock's 24 or 25 blocks; returns whether any coefficient was among them. */
  boolean read(BoolDecoder in, int column, boolean hasY2, Quantizer quantizer) throws IOException {
    Arrays.fill(coefficients, 0);
    boolean any = false;
    if (hasY2) {
      any =
          readBlock(in, column, Y2, Y2_CONTEXT, Y2_CONTEXT, 24, quantizer.y2Dc(), quantizer.y2Ac());
      spreadY2();
    }
    int type = hasY2 ? LUMA_WITHOUT_DC : LUMA_WITH_DC;
    for (int block = 0; block < 16; block++) {
      any |=
          readBlock(
              in,
              column,
              type,
              block & 3,
              block >> 2,
              block,
              quantizer.lumaDc(),
              quantizer.lumaAc());
    }
    for (int block = 16; block < 24; block++) {
      int context = block < 20 ? 4 : 6;
      any |=
          readBlock(
              in,
              column,
              CHROMA,
              context + (block & 1),
              context + (block >> 1 & 1),
              block,
              quantizer.chromaDc(),
              quantizer.chromaAc());
    }
    return any;
  }

  private boolean readBlock(
      BoolDecoder in, int column, int type, int x, int y, int block, int dc, int ac)
      throws IOException {
    int context = (above[column][x] ? 1 : 0) + (left[y] ? 1 : 0);
    boolean any = readTokens(in, type, context, 16 * block, dc, ac);
    above[column][x] = any;
    left[y] = any;
    return any;
  }

  private boolean readTokens(BoolDecoder in, int type, int firstContext, int offset, int dc, int ac)
      throws IOException {
    int first = type == LUMA_WITHOUT_DC ? 1 : 0;
    int context = firstContext;
    boolean mayEnd = true;
    for (int i = first; i < 16; i++) {
      int node = ((type * 8 + BANDS[i]) * 3 + context) * 11;
      // After a zero the block cannot end, so that is not asked.
      if (mayEnd && !in.read(probabilities[node])) {
        return i > first;
      }
      if (!in.read(probabilities[node + 1])) {
        context = 0;
        mayEnd = false;
        continue;
      }
      int magnitude = in.read(probabilities[node + 2]) ? readLarge(in, node) : 1;
      int value = in.flag() ? -magnitude : magnitude;
      coefficients[offset + ZIGZAG[i]] = value * (i == 0 ? dc : ac);
      context = magnitude == 1 ? 1 : 2;
      mayEnd = true;
    }
    return true;
  }

  /** 2 and more. */
  private int readLarge(BoolDecoder in, int node) throws IOException {
    if (!in.read(probabilities[node + 3])) {
      if (!in.read(probabilities[node + 4])) {
        return 2;
      }
      return in.read(probabilities[node + 5]) ? 4 : 3;
    }
    int category;
    if (!in.read(probabilities[node + 6])) {
      category = in.read(probabilities[node + 7]) ? 1 : 0;
    } else if (!in.read(probabilities[node + 8])) {
      category = in.read(probabilities[node + 9]) ? 3 : 2;
    } else {
      category = in.read(probabilities[node + 10]) ? 5 : 4;
    }
    int extra = 0;
    for (int probability : EXTRA_BITS[category]) {
      extra = extra << 1 | (in.read(probability) ? 1 : 0);
    }
    return EXTRA_BASE[category] + extra;
  }

  /** The inverse Walsh-Hadamard transform yields the first coefficient of each luma block. */
  private void spreadY2() {
    int[] c = coefficients;
    int offset = 24 * 16;
    for (int i = offset; i < offset + 4; i++) {
      int a = c[i] + c[i + 12];
      int b = c[i + 4] + c[i + 8];
      int d = c[i + 4] - c[i + 8];
      int e = c[i] - c[i + 12];
      c[i] = a + b;
      c[i + 4] = d + e;
      c[i + 8] = a - b;
      c[i + 12] = e - d;
    }
    for (int row = 0; row < 4; row++) {
      int i = offset + 4 * row;
      int a = c[i] + c[i + 3];
      int b = c[i + 1] + c[i + 2];
      int d = c[i + 1] - c[i + 2];
      int e = c[i] - c[i + 3];
      int block = 16 * 4 * row;
      c[block] = a + b + 3 >> 3;
      c[block + 16] = d + e + 3 >> 3;
      c[block + 32] = a - b + 3 >> 3;
      c[block + 48] = e - d + 3 >> 3;
    }
  }

  /** Adds block {@code block} (0-15 luma, 16-19 U, 20-23 V) to its prediction in place. */
  void add(int block, Plane plane, int left, int top) {
    int[] c = coefficients;
    int offset = 16 * block;
    for (int i = offset; i < offset + 4; i++) {
      int a = c[i] + c[i + 8];
      int b = c[i] - c[i + 8];
      int d = timesSine(c[i + 4]) - timesCosine(c[i + 12]);
      int e = timesCosine(c[i + 4]) + timesSine(c[i + 12]);
      c[i] = a + e;
      c[i + 4] = b + d;
      c[i + 8] = b - d;
      c[i + 12] = a - e;
    }
    for (int row = 0; row < 4; row++) {
      int i = offset + 4 * row;
      int a = c[i] + c[i + 2];
      int b = c[i] - c[i + 2];
      int d = timesSine(c[i + 1]) - timesCosine(c[i + 3]);
      int e = timesCosine(c[i + 1]) + timesSine(c[i + 3]);
      int y = top + row;
      add(plane, left, y, a + e);
      add(plane, left + 1, y, b + d);
      add(plane, left + 2, y, b - d);
      add(plane, left + 3, y, a - e);
    }
  }

  private static void add(Plane plane, int x, int y, int eightfold) {
    plane.set(x, y, FrameHeader.clamp(plane.at(x, y) + (eightfold + 4 >> 3), 255));
  }

  /** Times sqrt(2) sin(pi / 8), with 16 fractional bits. */
  private static int timesSine(int value) {
    return value * 35_468 >> 16;
  }

  /** Times sqrt(2) cos(pi / 8), which is 1 and a fraction. */
  private static int timesCosine(int value) {
    return value + (value * 20_091 >> 16);
  }
}
