package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a leak leaves of a picture, and what it replaces. */
class LeakIntoImageTest {

  private static final LatentShape SHAPE = new LatentShape(2, 4, 6);

  private TensorScope scope;
  private Tensor image;
  private DctPixelStatistics dctPixel;
  private LeakStatistics pixel;

  @BeforeEach
  void draw() {
    scope = new TensorScope();
    try (var generator = new SeededGenerator(9);
        var low = LeakAccumulator.dctPixel(SHAPE, 3);
        var all = LeakAccumulator.pixel(SHAPE)) {
      image = generator.randn(2, 2, 4, 6);
      Tensor others = generator.randn(12, 2, 4, 6).add(new Scalar(1));
      low.add(others);
      all.add(others);
      dctPixel = (DctPixelStatistics) low.statistics(Map.of());
      pixel = all.statistics(Map.of());
    }
  }

  @AfterEach
  void free() {
    dctPixel.close();
    pixel.close();
    scope.close();
  }

  private Tensor into(SignalLeak leak) {
    try (var generator = new SeededGenerator(3)) {
      return leak.sampleInto(image, generator);
    }
  }

  private Tensor into(LeakStatistics statistics, LeakControls controls) {
    return into(new SignalLeak(statistics, controls));
  }

  private Tensor constant(LeakControls controls) {
    return into(SignalLeak.constant(SHAPE, controls));
  }

  @Test
  void lowFrequenciesAreDrawnAndTheRemainderStays() {
    LowFrequencyBasis basis = dctPixel.basis();
    Tensor result = into(dctPixel, LeakControls.NONE);
    assertClose(basis.remainder(result), basis.remainder(image), 1e-6);
    try (var generator = new SeededGenerator(3)) {
      Tensor first = dctPixel.lowFrequencies().sample(generator);
      Tensor second = dctPixel.lowFrequencies().sample(generator);
      assertClose(basis.coefficients(result).select(0, 0), first, 1e-6);
      assertClose(basis.coefficients(result).select(0, 1), second, 1e-6);
    }
  }

  @Test
  void givenComponentsMoveTheOtherLowFrequenciesOnly() {
    LowFrequencyBasis basis = dctPixel.basis();
    var component = new Component(1, 0, 0);
    Tensor result = into(dctPixel, LeakControls.NONE.withGiven(component, 7));
    assertThat(basis.coefficients(result).select(1, 1).select(0, 0).item_double())
        .isCloseTo(7, within(1e-5));
    assertClose(basis.remainder(result), basis.remainder(image), 1e-6);
  }

  @Test
  void withoutLowFrequenciesThePictureHasNone() {
    LowFrequencyBasis basis = dctPixel.basis();
    Tensor result = into(dctPixel, LeakControls.NONE.withOnlyHighFrequency());
    assertClose(result, basis.remainder(image), 1e-6);
    assertThat(basis.coefficients(result).abs().max().item_double()).isLessThan(1e-5);
  }

  @Test
  void pixelStatisticsReplaceEverything() {
    try (var generator = new SeededGenerator(3)) {
      Tensor leaks = new SignalLeak(pixel, LeakControls.NONE).sample(generator, 2);
      assertClose(into(pixel, LeakControls.NONE), leaks, 1e-6);
    }
  }

  @Test
  void strengthMixes() {
    for (LeakStatistics statistics : new LeakStatistics[] {dctPixel, pixel}) {
      Tensor whole = into(statistics, LeakControls.NONE);
      Tensor quarter = into(statistics, LeakControls.NONE.withStrength(0.25));
      assertClose(quarter, image.mul(new Scalar(0.75)).add(whole.mul(new Scalar(0.25))), 1e-6);
      assertClose(into(statistics, LeakControls.NONE.withStrength(0)), image, 1e-7);
    }
  }

  @Test
  void aMeanColourLeavesEverythingElse() {
    Tensor result = constant(LeakControls.NONE.withMeanColor(0.5, -1));
    Tensor means = result.mean(2, 3);
    assertClose(means, Tensors.of(new float[] {0.5f, -1, 0.5f, -1}, 2, 2), 1e-5);
    assertClose(centred(result), centred(image), 1e-5);
  }

  private static Tensor centred(Tensor x) {
    return x.sub(x.mean(new long[] {2, 3}, true, new ScalarTypeOptional()));
  }

  @Test
  void aConstantIsAddedToAChannel() {
    Tensor change = constant(LeakControls.NONE.withChannel(1, -2)).sub(image);
    assertThat(change.select(1, 0).abs().max().item_double()).isLessThan(1e-6);
    assertThat(change.select(1, 1).add(new Scalar(2)).abs().max().item_double()).isLessThan(1e-6);
  }

  @Test
  void intoNothingItIsTheLeakItself() {
    SignalLeak leak =
        SignalLeak.constant(
            SHAPE,
            LeakControls.NONE
                .withComponent(new Component(0, 1, 2), 3)
                .withChannel(1, 0.5)
                .withStrength(0.7));
    try (var generator = new SeededGenerator(3)) {
      Tensor zero = Tensors.zeros(DType.FLOAT32, 1, 2, 4, 6);
      assertClose(leak.sampleInto(zero, generator), leak.sample(generator, 1), 1e-6);
    }
  }

  @Test
  void refusesPicturesOfAnotherSize() {
    Tensor other = Tensors.zeros(DType.FLOAT32, 1, 2, 6, 6);
    SignalLeak leak = new SignalLeak(dctPixel, LeakControls.NONE);
    try (var generator = new SeededGenerator(3)) {
      assertThatThrownBy(() -> leak.sampleInto(other, generator))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("2x6x6 latents");
    }
  }
}
