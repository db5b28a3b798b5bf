package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/**
 * What is said of the brightness of some images, wherever it was measured.
 *
 * @param description where they were looked for
 * @param skipped how many files could not be decoded
 * @param spread of the images' brightness
 * @param percentile that of the images' brightness
 */
record BrightnessFacts(
    String description,
    long images,
    long skipped,
    double mean,
    double spread,
    DoubleUnaryOperator percentile,
    Histogram pixels) {

  Facts facts() {
    return new Facts()
        .add("of", description)
        .add("images", images)
        .add("skipped", skipped)
        .add("mean", mean, decimals(mean))
        .add("spread", spread, decimals(spread))
        .addAll(percentiles("image_percentiles", percentile))
        .addAll(percentiles("pixel_percentiles", pixels::percentile));
  }

  /**
   * What {@code other} is like and how far from it these images are.
   *
   * @param ofImages the distance between the images' brightness
   */
  Facts against(BrightnessFacts other, double ofImages) {
    double ofPixels = pixels.wassersteinDistance(other.pixels);
    return other
        .facts()
        .add(
            "wasserstein_distance",
            Map.of("images", ofImages, "pixels", ofPixels),
            "%s between the images' brightness, %s between pixel values"
                .formatted(decimals(ofImages), decimals(ofPixels)));
  }

  private static Facts percentiles(String name, DoubleUnaryOperator percentile) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int percent : Brightness.PERCENTILES) {
      values.put(Integer.toString(percent), percentile.applyAsDouble(percent));
    }
    String prose =
        values.entrySet().stream()
            .map(value -> "%2s %%: %s".formatted(value.getKey(), decimals(value.getValue())))
            .collect(Collectors.joining("  "));
    return new Facts().add(name, values, prose);
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
