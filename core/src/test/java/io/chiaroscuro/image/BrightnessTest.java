package io.chiaroscuro.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.chiaroscuro.fixtures.Fixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against NumPy and SciPy. */
class BrightnessTest {

  private static final double EPSILON = 1e-9;

  private final RgbImage image = ImageDecoder.decode(Fixture.path("images/files/rgb.png"));
  private final Histogram histogram = Histogram.of(image);
  private final JsonNode expected = read();

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(Fixture.path("images/brightness.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void meanDeviationAndPercentiles() {
    assertClose(histogram.mean(), "mean");
    assertClose(histogram.standardDeviation(), "standardDeviation");
    expected
        .get("percentiles")
        .properties()
        .forEach(
            percentile ->
                assertThat(histogram.percentile(Double.parseDouble(percentile.getKey())))
                    .as(percentile.getKey())
                    .isCloseTo(percentile.getValue().asDouble(), within(EPSILON)));
    assertThat(Histogram.of(RgbImage.solid(3, 2, 255, 255, 255)).mean()).isEqualTo(1);
    assertThat(Histogram.of(RgbImage.solid(3, 2, 0, 0, 0)).percentile(99)).isZero();
    assertThatThrownBy(() -> histogram.percentile(101))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void distanceBetweenPixels() {
    Histogram other = Histogram.of(invertedLeft());
    assertClose(histogram.wassersteinDistance(other), "distanceToInvertedLeft");
    assertThat(other.wassersteinDistance(histogram))
        .isCloseTo(histogram.wassersteinDistance(other), within(1e-15));
    assertThat(histogram.wassersteinDistance(histogram)).isZero();
  }

  @Test
  void distanceBetweenImages() {
    for (JsonNode pair : expected.get("pairs")) {
      assertThat(withMeans(pair.get("u")).wassersteinDistance(withMeans(pair.get("v"))))
          .isCloseTo(pair.get("distance").asDouble(), within(EPSILON));
    }
  }

  @Test
  void merges() {
    Brightness both =
        Brightness.merge(List.of(Brightness.of(image), Brightness.of(invertedLeft())));
    assertClose(both.pixels().mean(), "meanOfBoth");
    double first = histogram.mean();
    double second = Histogram.of(invertedLeft()).mean();
    assertThat(both.imageMeans()).containsExactly(first, second);
    assertThat(both.mean()).isCloseTo((first + second) / 2, within(1e-15));
    assertThat(both.spread()).isCloseTo(Math.abs(first - second) / 2, within(1e-15));
  }

  private Brightness withMeans(JsonNode means) {
    List<Double> values = new ArrayList<>();
    means.forEach(mean -> values.add(mean.asDouble()));
    return new Brightness(values, histogram);
  }

  private RgbImage invertedLeft() {
    RgbImage left = Crop.at(image, 0, 0, 24, 37);
    byte[] inverted = left.rgb().clone();
    for (int i = 0; i < inverted.length; i++) {
      inverted[i] = (byte) ~inverted[i];
    }
    return new RgbImage(24, 37, inverted);
  }

  private void assertClose(double actual, String name) {
    assertThat(actual).as(name).isCloseTo(expected.get(name).asDouble(), within(EPSILON));
  }
}
