package io.chiaroscuro.spark.brightness;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;

/**
 * How bright a corpus is: what {@link Brightness} is of a few pictures, in memory that does not
 * grow with their number. Mean, spread and all of pixels are exact; for percentiles and distances
 * between pictures, the brightness of each is rounded to one of {@value #LEVELS} levels.
 *
 * @param images how many pictures
 * @param skipped how many more cannot be decoded
 * @param mean of the pictures' brightness, in [0, 1]: a large one counts as much as a small one
 * @param spread the standard deviation of their brightness, divided by their number
 * @param pictures how many have the brightness level / 65535, by level
 * @param pixels how often all pixels' channels have each value
 */
public record CorpusBrightness(
    long images,
    long skipped,
    double mean,
    double spread,
    SortedMap<Integer, Long> pictures,
    Histogram pixels) {

  /** Levels that the brightness of a picture is rounded to, black and white among them. */
  public static final int LEVELS = 65536;

  public CorpusBrightness {
    pictures = Collections.unmodifiableSortedMap(new TreeMap<>(pictures));
  }

  static int level(double brightness) {
    return (int) Math.round(brightness * (LEVELS - 1));
  }

  private static double brightness(int level) {
    return (double) level / (LEVELS - 1);
  }

  /**
   * Reads what {@link BrightnessHistogram} yields.
   *
   * @throws InvalidInputException if not one picture could be decoded
   */
  public static CorpusBrightness of(Row histogram) {
    long images = histogram.getAs("images");
    long skipped = histogram.getAs("skipped");
    if (images == 0) {
      throw new InvalidInputException(
          "None of the %d picture(s) can be decoded; give others.".formatted(skipped));
    }
    List<Long> pixels = histogram.getList(histogram.fieldIndex("pixel_counts"));
    Map<Integer, Long> pictures = histogram.getJavaMap(histogram.fieldIndex("image_counts"));
    return new CorpusBrightness(
        images,
        skipped,
        histogram.getAs("mean"),
        histogram.getAs("spread"),
        new TreeMap<>(pictures),
        new Histogram(pixels.stream().mapToLong(Long::longValue).toArray()));
  }

  /**
   * The brightness below which {@code percent} (0..100) of the pictures lie, interpolated linearly
   * as {@code numpy.percentile} does.
   */
  public double percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("A percentile lies in 0..100, not at " + percent + ".");
    }
    double rank = percent / 100 * (images - 1);
    long below = (long) rank;
    double lower = ranked(below);
    return lower + (rank - below) * (ranked(Math.min(below + 1, images - 1)) - lower);
  }

  /** The brightness at place {@code rank} (from 0) were all sorted. */
  private double ranked(long rank) {
    long seen = 0;
    for (Map.Entry<Integer, Long> level : pictures.entrySet()) {
      seen += level.getValue();
      if (seen > rank) {
        return brightness(level.getKey());
      }
    }
    throw new IllegalArgumentException("There is no picture %d of %d.".formatted(rank, images));
  }

  /** Wasserstein-1 between the brightness of the pictures of two corpora. */
  public double wassersteinDistance(CorpusBrightness other) {
    SortedSet<Integer> levels = new TreeSet<>(pictures.keySet());
    levels.addAll(other.pictures.keySet());
    double area = 0;
    double difference = 0;
    int last = 0;
    for (int level : levels) {
      area += Math.abs(difference) * (level - last);
      difference += share(level) - other.share(level);
      last = level;
    }
    return area / (LEVELS - 1);
  }

  private double share(int level) {
    return (double) pictures.getOrDefault(level, 0L) / images;
  }
}
