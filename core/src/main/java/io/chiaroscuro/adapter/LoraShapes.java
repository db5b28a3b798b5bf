package io.chiaroscuro.adapter;

import java.util.Arrays;

/** What shapes the factors have beside a weight of (out, in) or (out, in, kernel, kernel). */
public final class LoraShapes {

  private LoraShapes() {}

  /** (rank, in) or (rank, in, kernel, kernel). */
  public static long[] down(long[] weight, long rank) {
    long[] shape = weight.clone();
    shape[0] = rank;
    return shape;
  }

  /** (out, rank) or (out, rank, 1, 1). */
  public static long[] up(long[] weight, long rank) {
    long[] shape = new long[weight.length];
    Arrays.fill(shape, 1);
    shape[0] = weight[0];
    shape[1] = rank;
    return shape;
  }

  /** Whether they differ in axes of size one only, as a matrix and a 1x1 convolution do. */
  static boolean sameNumbers(long[] stored, long[] wanted) {
    return Arrays.equals(fourAxes(stored), fourAxes(wanted));
  }

  private static long[] fourAxes(long[] shape) {
    long[] padded = Arrays.copyOf(shape, Math.max(4, shape.length));
    Arrays.fill(padded, shape.length, padded.length, 1);
    return padded;
  }
}
