package io.chiaroscuro.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.analysis.ImageLeft;
import io.chiaroscuro.cli.demo.Picture.Moments;
import io.chiaroscuro.cli.report.Mosaic;
import io.chiaroscuro.cli.report.Sweep;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.PixelStatistics;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is computed from pictures and latents, on figures small enough to compute by hand. */
class MadeUpFiguresTest {

  @Test
  void aSweepIsMonotoneIfNoStepTurnsOrRests() {
    assertThat(new Sweep(List.of(0.1, 0.2, 0.9)).isMonotone()).isTrue();
    assertThat(new Sweep(List.of(0.9, 0.2, 0.1)).isMonotone()).isTrue();
    assertThat(new Sweep(List.of(0.1, 0.3, 0.2, 0.9)).isMonotone()).isFalse();
    assertThat(new Sweep(List.of(0.1, 0.2, 0.2)).isMonotone()).isFalse();
    assertThat(new Sweep(List.of(0.4, 0.4)).isMonotone()).isFalse();
    assertThat(new Sweep(List.of(0.9, 0.6, 0.5)).smallestStep()).isCloseTo(0.1, within(1e-12));
    assertThatIllegalArgumentException().isThrownBy(() -> new Sweep(List.of(1.0)));
  }

  @Test
  void theMedianPixelIsTheBackgroundWhereThatIsMoreThanHalf() {
    byte[] rgb = new byte[3 * 5];
    for (int i = 0; i < 9; i += 3) {
      rgb[i] = (byte) 255; // three red pixels, two black ones
    }
    MedianPixel median = MedianPixel.of(new RgbImage(5, 1, rgb));
    assertThat(median).isEqualTo(new MedianPixel(1, 0, 0, 1 / 3.0));
    MedianPixel between =
        MedianPixel.of(
            new RgbImage(2, 1, new byte[] {0, 0, 0, (byte) 255, (byte) 255, (byte) 255}));
    assertThat(between).isEqualTo(new MedianPixel(0.5, 0.5, 0.5, 0.5));
  }

  @Test
  void theStyleOfPicturesIsThatOfAllTheirElements() {
    // Elements 1, 3 and 5, 7: mean 4, mean square 21.
    List<Picture> pictures = List.of(picture(2, 5), picture(6, 37));
    LatentStyle style = LatentStyle.of(pictures);
    assertThat(style.means()).containsExactly(4.0);
    assertThat(style.deviations().get(0)).isCloseTo(Math.sqrt(5), within(1e-12));
    assertThat(style.distance(style)).isZero();
    assertThat(style.distance(new LatentStyle(List.of(1.0), List.of(Math.sqrt(5) + 4))))
        .isCloseTo(5, within(1e-12));
  }

  @Test
  void theStyleOfStatisticsAddsVarianceWithinAndBetweenElements() {
    try (var scope = new TensorScope();
        var statistics =
            new PixelStatistics(
                Tensors.of(new double[] {1, 3}, 1, 1, 2),
                Tensors.of(new double[] {2, 4}, 1, 1, 2),
                Map.of())) {
      LatentStyle style = LatentStyle.of(statistics);
      assertThat(style.means()).containsExactly(2.0);
      assertThat(style.deviations().get(0)).isCloseTo(2, within(1e-12)); // sqrt(3 + 1)
    }
  }

  @Test
  void latentMeansShrinkAsTheorySays() {
    LatentMeans data = new LatentMeans(List.of(3.0, 0.0));
    // a^2 = 0.5 * 2 * 3 = 3: half of the spread is kept.
    LatentMeans predicted = data.predicted(new ImageLeft(999, 0.5), 2);
    assertThat(predicted.spread(0)).isCloseTo(Math.sqrt(3) / 2, within(1e-12));
    assertThat(predicted.spreadOver(data)).isCloseTo(0.5, within(1e-12));
    assertThat(LatentMeans.of(List.of(picture(1, 1), picture(3, 9))).variances())
        .containsExactly(2.0);
  }

  @Test
  void aMosaicReadsFromTheLeft() {
    RgbImage white = RgbImage.solid(2, 2, 255, 255, 255);
    RgbImage black = RgbImage.solid(2, 2, 0, 0, 0);
    RgbImage mosaic = Mosaic.of(List.of(white, black, white), 2);
    assertThat(mosaic).hasToString("6x6");
    assertThat(mosaic.value(0, 0, 0)).isEqualTo(255);
    assertThat(mosaic.value(2, 0, 0)).isEqualTo(128);
    assertThat(mosaic.value(4, 0, 0)).isZero();
    assertThat(mosaic.value(0, 4, 0)).isEqualTo(255);
    assertThat(mosaic.value(4, 4, 0)).isEqualTo(128);
    assertThat(Mosaic.of(List.of(white), 8)).hasToString("2x2");
  }

  private static Picture picture(double mean, double square) {
    return new Picture(RgbImage.solid(1, 1, 0, 0, 0), List.of(new Moments(mean, square)), Map.of());
  }
}
