package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LowFrequencyBasisTest {

  @Test
  void ordersFrequenciesThatTieByUThenV() {
    assertThat(LowFrequencyBasis.lowest(4, 5, 9).frequencies())
        .containsExactly(
            new Frequency(0, 0),
            new Frequency(0, 1),
            new Frequency(1, 0),
            new Frequency(1, 1),
            new Frequency(0, 2),
            new Frequency(2, 0),
            new Frequency(1, 2),
            new Frequency(2, 1),
            new Frequency(2, 2));
  }

  @ParameterizedTest
  @CsvSource({"12,16,1", "12,16,3", "12,16,6", "12,16,10", "16,16,10"})
  void keepsTheFrequenciesOfTheFixtures(int height, int width, int n) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/latents-%dx%d".formatted(height, width))) {
      assertThat(
              Tensors.longs(DctPixelStatistics.indices(LowFrequencyBasis.lowest(height, width, n))))
          .containsExactly(Tensors.longs(fixture.tensor(n + ".indices")));
    }
  }

  @Test
  void allFrequenciesTogetherAreTheWhole() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Tensor latents = generator.randn(2, 3, 5, 7).to(DType.FLOAT64.torch());
      LowFrequencyBasis all = LowFrequencyBasis.lowest(5, 7, 35);
      Tensor coefficients = all.coefficients(latents);
      assertClose(all.inverse(coefficients), latents, 1e-14);
      assertClose(
          coefficients.mul(coefficients).sum(), latents.mul(latents).sum(), 1e-14); // Parseval
    }
  }

  @Test
  void theRemainderHasNoneOfTheFrequenciesAndAddsUp() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      Tensor latents = generator.randn(2, 4, 6, 9);
      LowFrequencyBasis basis =
          new LowFrequencyBasis(6, 9, List.of(new Frequency(3, 8), Frequency.DC));
      Tensor remainder = basis.remainder(latents);
      assertThat(basis.coefficients(remainder).abs().max().item_double()).isLessThan(1e-14);
      assertClose(remainder.add(basis.lowFrequencyPart(latents)), latents, 1e-7);
    }
  }

  @Test
  void indexesComponentMajor() {
    try (var scope = new TensorScope()) {
      // Channel 0 is 1, channel 1 is 10 everywhere: only their DC, sqrt(h w) = 6 times that.
      Tensor latents = Tensors.of(new float[] {1, 10}, 1, 2, 1, 1).expand(1, 2, 4, 9);
      assertThat(Tensors.floats(LowFrequencyBasis.lowest(4, 9, 3).coefficients(latents)))
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(6, 60, 0, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "21"})
  void refusesComponentsThatDoNotExist(int n) {
    assertThatThrownBy(() -> LowFrequencyBasis.lowest(4, 5, n))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("n-components is %d; latents of 4 x 5 have between 1 and 20 frequencies.", n);
  }

  @Test
  void refusesFrequenciesOutsideOrTwice() {
    assertThatThrownBy(() -> new LowFrequencyBasis(4, 5, List.of(new Frequency(4, 0))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("(4, 0)");
    assertThatThrownBy(() -> new LowFrequencyBasis(4, 5, List.of(Frequency.DC, Frequency.DC)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("all different");
  }
}
