package io.chiaroscuro.spark.brightness;

import io.chiaroscuro.image.Histogram;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of the brightness of some pictures, to be added to what is known of others. All
 * sums are exact, so that no order of pictures or parts changes a digit, and nothing grows with the
 * number of pictures. Public for Spark, which ships it.
 */
public final class BrightnessSums implements Serializable {

  private static final long serialVersionUID = 1L;

  private final long[] pixels = new long[Histogram.BINS];

  /** How many pictures, by the level of their brightness. */
  private final TreeMap<Integer, Long> pictures = new TreeMap<>();

  private BigDecimal sum = BigDecimal.ZERO;
  private BigDecimal sumOfSquares = BigDecimal.ZERO;
  private long skipped;

  /** Adds a picture. */
  void add(Histogram picture) {
    for (int value = 0; value < pixels.length; value++) {
      pixels[value] += picture.count(value);
    }
    double brightness = picture.mean();
    pictures.merge(CorpusBrightness.level(brightness), 1L, Long::sum);
    BigDecimal exactly = new BigDecimal(brightness);
    sum = sum.add(exactly);
    sumOfSquares = sumOfSquares.add(exactly.multiply(exactly));
  }

  /** Counts a picture that cannot be decoded. */
  void addSkipped() {
    skipped++;
  }

  /** Adds all that {@code other} knows. */
  void add(BrightnessSums other) {
    for (int value = 0; value < pixels.length; value++) {
      pixels[value] += other.pixels[value];
    }
    other.pictures.forEach((level, count) -> pictures.merge(level, count, Long::sum));
    sum = sum.add(other.sum);
    sumOfSquares = sumOfSquares.add(other.sumOfSquares);
    skipped += other.skipped;
  }

  long skipped() {
    return skipped;
  }

  /** What all of that comes to; of no picture, nothing. */
  Optional<CorpusBrightness> result() {
    long count = pictures.values().stream().mapToLong(Long::longValue).sum();
    if (count == 0) {
      return Optional.empty();
    }
    BigDecimal images = BigDecimal.valueOf(count);
    // Exact until the divisions, which differences of what is nearly equal must not come after.
    BigDecimal deviations = sumOfSquares.multiply(images).subtract(sum.multiply(sum));
    double variance =
        deviations.divide(images.multiply(images), MathContext.DECIMAL64).doubleValue();
    return Optional.of(
        new CorpusBrightness(
            count,
            skipped,
            sum.divide(images, MathContext.DECIMAL64).doubleValue(),
            Math.sqrt(variance),
            pictures,
            new Histogram(pixels)));
  }
}
