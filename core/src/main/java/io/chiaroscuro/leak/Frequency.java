package io.chiaroscuro.leak;

import java.util.Comparator;

/**
 * A frequency of the two-dimensional DCT.
 *
 * @param u half periods along the height, from 0
 * @param v half periods along the width, from 0
 */
public record Frequency(int u, int v) {

  /** The constant part: the mean, times {@code sqrt(h w)}. */
  public static final Frequency DC = new Frequency(0, 0);

  /** By {@code sqrt(u^2 + v^2)}; those that tie by u, then by v: (0,0), (0,1), (1,0), (1,1), ... */
  public static final Comparator<Frequency> LOWEST_FIRST =
      Comparator.comparingLong((Frequency f) -> (long) f.u * f.u + (long) f.v * f.v)
          .thenComparingInt(Frequency::u)
          .thenComparingInt(Frequency::v);
}
