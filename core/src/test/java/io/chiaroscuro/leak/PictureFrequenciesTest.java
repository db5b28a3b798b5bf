package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The low frequencies of a picture's latents as those of a leak. */
class PictureFrequenciesTest {

  private static final LatentShape SHAPE = new LatentShape(2, 6, 9);
  private static final int MODELLED = 3;
  private static final int OF_PICTURE = 5;

  private static LeakStatistics pixel;
  private static DctPixelStatistics dctPixel;
  private static Map<Component, Double> picture;

  @BeforeAll
  static void makeStatisticsAndPicture() {
    pixel = statistics(LeakAccumulator.pixel(SHAPE));
    dctPixel = (DctPixelStatistics) statistics(LeakAccumulator.dctPixel(SHAPE, MODELLED));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      picture = basis(OF_PICTURE).components(generator.randn(1, 2, 6, 9));
    }
  }

  @AfterAll
  static void close() {
    pixel.close();
    dctPixel.close();
  }

  private static LeakStatistics statistics(LeakAccumulator accumulator) {
    try (accumulator;
        var scope = new TensorScope();
        var generator = new SeededGenerator(17)) {
      Tensor mixing = generator.randn(108, 108);
      accumulator.add(generator.randn(30, 108).matmul(mixing).reshape(30, 2, 6, 9));
      return accumulator.statistics(Map.of());
    }
  }

  private static LowFrequencyBasis basis(int components) {
    return LowFrequencyBasis.lowest(6, 9, components);
  }

  private static Stream<SignalLeak> leaks() {
    LeakControls controls = LeakControls.NONE.withLowFrequencies(picture);
    return Stream.of(
        new SignalLeak(pixel, controls),
        new SignalLeak(dctPixel, controls),
        SignalLeak.constant(SHAPE, controls));
  }

  @Test
  void componentsAreTheCoefficientsByName() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(5)) {
      Tensor latents = generator.randn(1, 2, 6, 9);
      Map<Component, Double> components = basis(4).components(latents);
      assertThat(components.keySet())
          .containsExactly(
              new Component(0, 0, 0),
              new Component(1, 0, 0),
              new Component(0, 0, 1),
              new Component(1, 0, 1),
              new Component(0, 1, 0),
              new Component(1, 1, 0),
              new Component(0, 1, 1),
              new Component(1, 1, 1));
      assertThat(components.values().stream().mapToDouble(v -> v).toArray())
          .containsExactly(Tensors.doubles(basis(4).coefficients(latents)));
      double mean = latents.select(1, 1).mean().item_double();
      assertThat(components.get(new Component(1, 0, 0)))
          .isCloseTo(mean * Math.sqrt(54), within(1e-5));
    }
  }

  @Test
  void aBatchHasNoOneName() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(5)) {
      Tensor two = generator.randn(2, 2, 6, 9);
      assertThatThrownBy(() -> basis(4).components(two))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("leaks")
  void everyLeakHasThemAndOnlyThey(SignalLeak leak) {
    try (var scope = new TensorScope()) {
      Tensor leaks = sample(leak, 3);
      for (int i = 0; i < 3; i++) {
        Map<Component, Double> found = basis(OF_PICTURE).components(leaks.narrow(0, i, 1));
        found.forEach(
            (component, value) ->
                assertThat(value).isCloseTo(picture.get(component), within(1e-4)));
      }
    }
  }

  /** Where the statistics model nothing but what the picture says. */
  @Test
  void theRestIsDrawnAsWithoutThePicture() {
    LeakControls controls = LeakControls.NONE.withLowFrequencies(picture);
    for (LeakStatistics statistics : List.of(pixel, dctPixel)) {
      try (var scope = new TensorScope()) {
        assertClose(
            basis(OF_PICTURE).remainder(sample(new SignalLeak(statistics, controls), 2)),
            basis(OF_PICTURE).remainder(sample(new SignalLeak(statistics, LeakControls.NONE), 2)),
            1e-6);
      }
    }
  }

  @Test
  void modelledFrequenciesFollowThoseOfThePicture() {
    Map<Component, Double> mean = new LinkedHashMap<>(picture);
    mean.keySet().removeIf(component -> !component.frequency().equals(Frequency.DC));
    LeakControls given = LeakControls.NONE;
    for (var component : mean.entrySet()) {
      given = given.withGiven(component.getKey(), component.getValue());
    }
    try (var scope = new TensorScope()) {
      assertClose(
          sample(new SignalLeak(dctPixel, LeakControls.NONE.withLowFrequencies(mean)), 3),
          sample(new SignalLeak(dctPixel, given), 3),
          1e-6);
    }
  }

  @Test
  void whatIsSetByHandOverridesThePicture() {
    Component first = new Component(0, 0, 1);
    Component second = new Component(1, 1, 0);
    LeakControls controls =
        LeakControls.NONE
            .withLowFrequencies(picture)
            .withMeanColor(4, 5)
            .withGiven(first, 20)
            .withComponent(second, -30);
    try (var scope = new TensorScope()) {
      Map<Component, Double> found =
          basis(MODELLED).components(sample(new SignalLeak(dctPixel, controls), 1));
      assertThat(found.get(first)).isCloseTo(20, within(1e-4));
      assertThat(found.get(second)).isCloseTo(-30, within(1e-4));
      assertThat(found.get(new Component(0, 0, 0))).isCloseTo(4 * Math.sqrt(54), within(1e-4));
      assertThat(found.get(new Component(0, 1, 0)))
          .isCloseTo(picture.get(new Component(0, 1, 0)), within(1e-4));
    }
  }

  @Test
  void theyAreRecorded() {
    Map<Component, Double> one = Map.of(new Component(1, 0, 2), 2.5);
    assertThat(LeakControls.NONE.withLowFrequencies(one).describe())
        .containsExactly(Map.entry("low_frequencies", "1,0,2=2.5"));
    assertThat(LeakControls.NONE.describe()).isEmpty();
  }

  @Test
  void refusesFrequenciesThatTheLatentsLack() {
    assertThatThrownBy(
            () ->
                SignalLeak.constant(
                    SHAPE,
                    LeakControls.NONE.withLowFrequencies(Map.of(new Component(0, 6, 0), 1.0))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("u goes from 0 to 5");
    assertThatThrownBy(
            () -> LeakControls.NONE.withLowFrequencies(Map.of(new Component(0, 0, 0), Double.NaN)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("component 0,0,0 is NaN");
  }

  @Test
  void presetsAreTheAuthorsConstants() {
    LatentShape shape = new LatentShape(4, 2, 2);
    LeakControls white = LeakPreset.parse("white-background").applyTo(LeakControls.NONE);
    assertThat(white)
        .isEqualTo(LeakControls.NONE.withChannel(0, 1.9).withChannel(1, 1.3).withChannel(3, -1.0));
    try (var scope = new TensorScope()) {
      assertThat(Tensors.floats(sample(SignalLeak.constant(shape, white), 1).mean(0, 2, 3)))
          .containsExactly(1.9f, 1.3f, 0f, -1.0f);
    }
    assertThat(LeakPreset.parse("red-background").applyTo(white).channelConstants())
        .containsExactly(
            Map.entry(0, 1.9), Map.entry(1, 1.3), Map.entry(3, -1.0), Map.entry(2, -2.5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"white", "WHITE_BACKGROUND", ""})
  void refusesOtherPresets(String name) {
    assertThatThrownBy(() -> LeakPreset.parse(name))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose white-background or red-background");
  }

  private static Tensor sample(SignalLeak leak, int batch) {
    try (var generator = new SeededGenerator(8)) {
      return leak.sample(generator, batch);
    }
  }
}
