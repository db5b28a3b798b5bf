package io.chiaroscuro.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.analysis.NoiseByWavelength.Level;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class NoiseByWavelengthTest {

  private static final SchedulerConfig STABLE_DIFFUSION =
      SchedulerConfig.of(
          SchedulerType.DDIM,
          Map.of("beta_start", 0.00085, "beta_end", 0.012, "beta_schedule", "scaled_linear"));
  private final NoiseSchedule schedule = new NoiseSchedule(STABLE_DIFFUSION);

  @Test
  void ratioIsThatOfTheNoisedImagesPowers() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      Tensor image = generator.randn(1, 3, 64, 64).mul(new Scalar(0.3)).add(new Scalar(0.5));
      var analysis = NoiseByWavelength.of(image, schedule, List.of(0, 500, 999));
      var spectrum = Spectrum.of(image);
      Tensor noise = generator.randn(64, 3, 64, 64);
      for (Level level : analysis.levels()) {
        for (var band : analysis.bands()) {
          double signal = spectrum.power(image.mul(new Scalar(level.signalRate())), band.band());
          double noisePower =
              spectrum.power(
                  noise.mul(new Scalar(Math.sqrt(1 - level.alphaCumprod()))), band.band());
          double relative = 5 * Math.sqrt(2.0 / band.frequencies() / 64 / 3);
          assertThat(analysis.signalToNoise(band, level))
              .isCloseTo(signal / noisePower, within(signal / noisePower * relative));
        }
      }
    }
  }

  @Test
  void theMeansRatioIsTheSpecifications() {
    try (var scope = new TensorScope()) {
      Tensor grey = RgbImage.solid(64, 64, 255, 255, 255).toTensor();
      var analysis = NoiseByWavelength.of(grey, schedule, List.of(999));
      // a^2 = abar_T / (1 - abar_T) H W mean^2, about 19 for 64 x 64.
      double snr = analysis.signalToNoise(analysis.bands().get(0), analysis.levels().get(0));
      double abar = 0.06826 * 0.06826;
      assertThat(snr)
          .isCloseTo(abar / (1 - abar) * 64 * 64, within(0.01))
          .isCloseTo(19, within(0.3));
      assertThat(analysis.signalToNoise(analysis.bands().get(0), Level.PURE_NOISE)).isZero();
    }
  }

  @Test
  void drawsAPictureForEachBandAndLevel() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      Tensor image = RgbImage.solid(48, 32, 200, 30, 60).toTensor();
      var analysis = NoiseByWavelength.of(image, schedule, List.of(0, 999));
      RgbImage figure =
          WavelengthFigure.draw("red", image, generator.randn(1, 3, 32, 48), analysis);
      assertThat(figure.width()).isBetween(3 * 384, 4 * 384);
      assertThat(figure.height()).isBetween(6 * 256, 7 * 256 + 200);
      assertThat(count(figure, 200, 30, 60)).as("DC at t = 0").isGreaterThan(256 * 384);
      assertThat(count(figure, 128, 128, 128)).as("no waves at t = 0").isPositive();
    }
  }

  @Test
  void showsLatentsChannelByChannel() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      Tensor latents = generator.randn(1, 5, 16, 16);
      var zeroTerminal = new NoiseSchedule(STABLE_DIFFUSION.with("rescale_betas_zero_snr", true));
      var analysis = NoiseByWavelength.of(latents, zeroTerminal, List.of(999));
      assertThat(analysis.levels().get(0).alphaCumprod()).isZero();
      RgbImage figure = WavelengthFigure.draw("", latents, latents, analysis);
      int rows = 1 + analysis.bands().size();
      assertThat(figure.height()).isBetween(rows * 576, rows * 576 + 300);
    }
  }

  @Test
  void refusesATimestepBeyondTheSchedule() {
    try (var scope = new TensorScope()) {
      Tensor grey = RgbImage.solid(8, 8, 1, 1, 1).toTensor();
      assertThatThrownBy(() -> NoiseByWavelength.of(grey, schedule, List.of(1000)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("1000")
          .hasMessageContaining("999");
    }
  }

  private static int count(RgbImage image, int red, int green, int blue) {
    int count = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        boolean alike =
            image.value(x, y, 0) == red
                && image.value(x, y, 1) == green
                && image.value(x, y, 2) == blue;
        count += alike ? 1 : 0;
      }
    }
    return count;
  }
}
