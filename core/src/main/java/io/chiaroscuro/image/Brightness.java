package io.chiaroscuro.image;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * How bright a set of images is. The brightness of an image is the mean over all its pixels and its
 * three channels of value / 255.
 *
 * @param imageMeans each image's brightness, in [0, 1]
 * @param pixels all values of all images
 */
public record Brightness(List<Double> imageMeans, Histogram pixels) {

  /** The percentiles worth reporting. */
  public static final List<Integer> PERCENTILES = List.of(1, 5, 25, 50, 75, 95, 99);

  public Brightness {
    imageMeans = List.copyOf(imageMeans);
    if (imageMeans.isEmpty()) {
      throw new IllegalArgumentException("Of no image there is no brightness.");
    }
  }

  public static Brightness of(RgbImage image) {
    Histogram pixels = Histogram.of(image);
    return new Brightness(List.of(pixels.mean()), pixels);
  }

  /** That of all the parts' images together; at least one part. */
  public static Brightness merge(Collection<Brightness> parts) {
    return new Brightness(
        parts.stream().flatMap(part -> part.imageMeans.stream()).toList(),
        parts.stream().map(Brightness::pixels).reduce(Histogram::merge).orElseThrow());
  }

  /** The mean of the images' brightness: a large image counts as much as a small one. */
  public double mean() {
    return imageMeans.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** The standard deviation of the images' brightness, divided by their number. */
  public double spread() {
    double mean = mean();
    return Math.sqrt(
        imageMeans.stream().mapToDouble(m -> (m - mean) * (m - mean)).average().orElseThrow());
  }

  /**
   * The brightness below which {@code percent} (0..100) of the images lie, interpolated linearly as
   * {@code numpy.percentile} does.
   */
  public double percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("A percentile lies in 0..100, not at " + percent + ".");
    }
    double[] sorted = sorted(imageMeans);
    double rank = percent / 100 * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  /** Wasserstein-1 between the two sets' image brightnesses. */
  public double wassersteinDistance(Brightness other) {
    return wassersteinDistance(sorted(imageMeans), sorted(other.imageMeans));
  }

  private static double[] sorted(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** The integral of |F - G| over the two empirical distribution functions. */
  private static double wassersteinDistance(double[] u, double[] v) {
    double[] all = Arrays.copyOf(u, u.length + v.length);
    System.arraycopy(v, 0, all, u.length, v.length);
    Arrays.sort(all);
    double area = 0;
    int inU = 0;
    int inV = 0;
    for (int i = 0; i + 1 < all.length; i++) {
      while (inU < u.length && u[inU] <= all[i]) {
        inU++;
      }
      while (inV < v.length && v[inV] <= all[i]) {
        inV++;
      }
      area += Math.abs((double) inU / u.length - (double) inV / v.length) * (all[i + 1] - all[i]);
    }
    return area;
  }
}
