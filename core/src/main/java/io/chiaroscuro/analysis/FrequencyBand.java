package io.chiaroscuro.analysis;

import java.util.List;

/**
 * Waves of similar length: those with {@code from <= k < to}, where k counts waves along an image's
 * longer side.
 *
 * @param name for a reader
 * @param from the least k
 * @param to the first k beyond, perhaps infinite
 */
public record FrequencyBand(String name, double from, double to) {

  /** The image's mean and octaves above it, which together are the whole spectrum. */
  public static final List<FrequencyBand> ALL =
      List.of(
          new FrequencyBand("DC", 0, 1),
          new FrequencyBand("low", 1, 4),
          new FrequencyBand("middle", 4, 8),
          new FrequencyBand("high", 8, 16),
          new FrequencyBand("rest", 16, Double.POSITIVE_INFINITY));

  /** For example {@code middle, k 4-8}. */
  @Override
  public String toString() {
    if (from == 0) {
      return "%s, k < %.0f".formatted(name, to);
    }
    return Double.isInfinite(to)
        ? "%s, k >= %.0f".formatted(name, from)
        : "%s, k %.0f-%.0f".formatted(name, from, to);
  }
}
