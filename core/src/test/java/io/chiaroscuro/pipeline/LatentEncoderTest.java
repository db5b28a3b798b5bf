package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Palette;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.LowFrequencyBasis;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LatentEncoderTest {

  private StableDiffusion model;
  private LatentEncoder encoder;

  @BeforeAll
  void load(@TempDir Path folder) {
    SeededStableDiffusion.write(folder, 0);
    model = StableDiffusion.load(folder, Device.CPU, DType.FLOAT32);
    encoder = new LatentEncoder(model.vae());
  }

  @AfterAll
  void close() {
    model.close();
  }

  @ParameterizedTest
  @CsvSource({"64, 64, 15", "96, 40, 7", "8, 8, 1", "16, 8, 2"})
  void theLowestFrequenciesAreThoseOfTheLatents(int width, int height, int components) {
    RgbImage picture = Palette.parse("#ff8000,#102030,#0000ff,#ffffff").draw(width, height);
    Map<Component, Double> found = encoder.lowFrequencies(picture, components);
    LowFrequencyBasis lowest = LowFrequencyBasis.lowest(height / 8, width / 8, components);
    try (var scope = new TensorScope()) {
      assertThat(found).isEqualTo(lowest.components(encoder.encode(List.of(picture))));
    }
    assertThat(found).hasSize(4 * components);
    assertThat(found.keySet().stream().map(Component::frequency).distinct().toList())
        .isEqualTo(lowest.frequencies());
  }

  @Test
  void theMeanOfASolidPictureIsItsMeanColor() {
    double[] meanColor = model.meanColor(200, 30, 90, 96, 64);
    Map<Component, Double> found = encoder.lowFrequencies(RgbImage.solid(96, 64, 200, 30, 90), 4);
    for (int c = 0; c < 4; c++) {
      assertThat(found.get(new Component(c, 0, 0)) / Math.sqrt(12 * 8))
          .isCloseTo(meanColor[c], within(1e-6));
    }
  }

  @Test
  void refusesMoreFrequenciesThanThereAre() {
    assertThatThrownBy(() -> encoder.lowFrequencies(RgbImage.solid(16, 8, 0, 0, 0), 3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("between 1 and 2");
  }
}
