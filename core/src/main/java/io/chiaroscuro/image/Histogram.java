package io.chiaroscuro.image;

import java.util.Arrays;

/**
 * How often each of the 256 values occurs among all pixels and all three channels. Statistics are
 * of value / 255 and thus lie in [0, 1]; they are exact, since 8-bit images have no other values.
 */
public final class Histogram {

  /** Values a channel can take. */
  public static final int BINS = 256;

  private static final double MAX = BINS - 1;

  private final long[] counts;
  private final long total;

  /**
   * @param counts {@value #BINS} numbers, at least one above 0
   */
  public Histogram(long... counts) {
    this.counts = counts.clone();
    this.total = Arrays.stream(counts).sum();
    if (counts.length != BINS || total < 1 || Arrays.stream(counts).anyMatch(c -> c < 0)) {
      throw new IllegalArgumentException("A histogram has 256 counts that are not all 0.");
    }
  }

  public static Histogram of(RgbImage image) {
    long[] counts = new long[BINS];
    for (byte value : image.rgb()) {
      counts[value & 0xff]++;
    }
    return new Histogram(counts);
  }

  /** That of both sets of pixels together. */
  public Histogram merge(Histogram other) {
    long[] sum = counts.clone();
    Arrays.setAll(sum, value -> sum[value] + other.counts[value]);
    return new Histogram(sum);
  }

  /** How many values equal {@code value}, 0..255. */
  public long count(int value) {
    return counts[value];
  }

  /** The number of values: three a pixel. */
  public long total() {
    return total;
  }

  /** The brightness: the mean over all pixels and channels. */
  public double mean() {
    double sum = 0;
    for (int value = 0; value < BINS; value++) {
      sum += (double) counts[value] * value;
    }
    return sum / total / MAX;
  }

  /** Of the values around their mean, divided by their number. */
  public double standardDeviation() {
    double mean = mean() * MAX;
    double sum = 0;
    for (int value = 0; value < BINS; value++) {
      sum += counts[value] * (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / total) / MAX;
  }

  /**
   * The value below which {@code percent} (0..100) of all lie, interpolated linearly as {@code
   * numpy.percentile} does.
   */
  public double percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("A percentile lies in 0..100, not at " + percent + ".");
    }
    double rank = percent / 100 * (total - 1);
    long below = (long) rank;
    int lower = ranked(below);
    int upper = ranked(Math.min(below + 1, total - 1));
    return (lower + (rank - below) * (upper - lower)) / MAX;
  }

  /** The value at place {@code rank} (from 0) were they all sorted. */
  private int ranked(long rank) {
    int value = 0;
    for (long seen = counts[0]; seen <= rank; seen += counts[value]) {
      value++;
    }
    return value;
  }

  /** The area between the two cumulative distributions, which is Wasserstein-1. */
  public double wassersteinDistance(Histogram other) {
    double area = 0;
    double difference = 0;
    for (int value = 0; value < BINS - 1; value++) {
      difference += (double) counts[value] / total - (double) other.counts[value] / other.total;
      area += Math.abs(difference);
    }
    return area / MAX;
  }

  /** The counts of {@code bars} equally wide ranges; {@code bars} divides 256. */
  long[] inBars(int bars) {
    long[] sums = new long[bars];
    for (int value = 0; value < BINS; value++) {
      sums[value * bars / BINS] += counts[value];
    }
    return sums;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Histogram h && Arrays.equals(counts, h.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }
}
