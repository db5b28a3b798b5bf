package io.chiaroscuro.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectrumTest {

  private static final FrequencyBand DC = FrequencyBand.ALL.get(0);

  @ParameterizedTest
  @CsvSource({"64,64", "48,80", "49,35", "1,40", "5,5"})
  void partsAddUpToTheImage(int height, int width) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Tensor image = generator.randn(2, 3, height, width);
      var spectrum = Spectrum.of(image);
      Tensor sum = Tensors.zeros(DType.FLOAT64, 2, 3, height, width);
      long frequencies = 0;
      for (FrequencyBand band : FrequencyBand.ALL) {
        sum = sum.add(spectrum.part(image, band));
        frequencies += spectrum.frequencies(band);
      }
      assertThat(sum.sub(image).abs().max().item_double()).isLessThan(1e-12);
      assertThat(frequencies).isEqualTo((long) height * width);
    }
  }

  @Test
  void energyOfNoiseIsTheNumberOfFrequencies() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      int draws = 64;
      Tensor noise = generator.randn(draws, 3, 64, 48);
      var spectrum = Spectrum.of(noise);
      for (FrequencyBand band : FrequencyBand.ALL) {
        double energy = spectrum.part(noise, band).square().sum().item_double() / draws / 3;
        long frequencies = spectrum.frequencies(band);
        // The energy of n frequencies varies by sqrt(2 n) at most; five times that, over the draws.
        double tolerance = 5 * Math.sqrt(2.0 * frequencies / draws / 3);
        assertThat(energy).as(band.name()).isCloseTo(frequencies, within(tolerance));
        assertThat(spectrum.power(noise, band) * frequencies).isCloseTo(energy, within(1e-6));
      }
    }
  }

  @Test
  void aWaveLiesInItsBandAlone() {
    try (var scope = new TensorScope()) {
      for (int[] wave : new int[][] {{3, 0}, {0, 4}, {7, 3}, {5, 15}, {16, 0}}) {
        double[] values = new double[48 * 48];
        for (int i = 0; i < values.length; i++) {
          int y = i / 48;
          int x = i % 48;
          values[i] = Math.cos(2 * Math.PI * (wave[0] * y + wave[1] * x) / 48);
        }
        Tensor image = Tensors.of(values, 1, 1, 48, 48);
        var spectrum = Spectrum.of(image);
        double k = Math.hypot(wave[0], wave[1]);
        for (FrequencyBand band : FrequencyBand.ALL) {
          boolean within = band.from() <= k && k < band.to();
          double energy = spectrum.part(image, band).square().sum().item_double();
          assertThat(energy).as("k %s %s", k, band).isCloseTo(within ? 1152 : 0, within(1e-9));
        }
      }
    }
  }

  @Test
  void theMeanIsTheFirstBand() {
    try (var scope = new TensorScope()) {
      Tensor image = Tensors.of(new double[] {1, 2, 3, 4, 5, 9}, 1, 1, 2, 3);
      var spectrum = Spectrum.of(image);
      assertThat(Tensors.doubles(spectrum.part(image, DC)))
          .containsExactly(new double[] {4, 4, 4, 4, 4, 4}, within(1e-12));
      assertThat(spectrum.power(image, DC)).isCloseTo(16 * 6, within(1e-9));
      assertThat(spectrum.bands()).hasSize(2);
    }
  }

  @Test
  void refusesImagesOfAnotherSize() {
    try (var scope = new TensorScope()) {
      Tensor image = Tensors.of(new double[6], 1, 1, 2, 3).add(new Scalar(1));
      assertThatThrownBy(() -> new Spectrum(3, 2).part(image, DC))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[1, 1, 2, 3]");
    }
  }
}
