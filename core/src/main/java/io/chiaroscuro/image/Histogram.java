package io.chiaroscuro.image;

/** stub */
public final class Histogram {
  public static Histogram of(RgbImage image) {
    throw new UnsupportedOperationException();
  }

  public Histogram merge(Histogram other) {
    throw new UnsupportedOperationException();
  }

  /** How many values equal {@code value}, 0..255. */
  public long count(int value) {
    throw new UnsupportedOperationException();
  }

  public double mean() {
    throw new UnsupportedOperationException();
  }

  public double standardDeviation() {
    throw new UnsupportedOperationException();
  }

  /** {@code percent} 0..100. */
  public double percentile(double percent) {
    throw new UnsupportedOperationException();
  }

  public double wassersteinDistance(Histogram other) {
    throw new UnsupportedOperationException();
  }

  /** A fixed-width picture in text. */
  public String toText() {
    throw new UnsupportedOperationException();
  }

  public RgbImage toImage() {
    throw new UnsupportedOperationException();
  }
}
