package io.chiaroscuro.image;

import java.util.List;

/** stub */
public record Brightness(List<Double> imageMeans, Histogram pixels) {
  public static Brightness of(RgbImage image) {
    return new Brightness(List.of(Histogram.of(image).mean()), Histogram.of(image));
  }

  public Brightness merge(Brightness other) {
    throw new UnsupportedOperationException();
  }

  /** Mean over the images. */
  public double mean() {
    throw new UnsupportedOperationException();
  }

  /** Standard deviation of the images' means. */
  public double spread() {
    throw new UnsupportedOperationException();
  }

  public double wassersteinDistance(Brightness other) {
    throw new UnsupportedOperationException();
  }
}
