package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigmaSpacingTest {

  @Test
  void quantilesOfTheBetaDistributionAreSciPys() {
    try (var scope = new TensorScope();
        SafetensorsFile expected = Fixture.tensors("schedulers/beta_quantiles")) {
      double[] probabilities = Tensors.doubles(expected.tensor("probabilities"));
      double[] quantiles = Tensors.doubles(expected.tensor("quantiles"));
      for (int i = 0; i < probabilities.length; i++) {
        assertThat(SigmaSpacing.quantile(probabilities[i]))
            .as("at " + probabilities[i])
            .isCloseTo(quantiles[i], within(1e-12 * quantiles[i]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SigmaSpacing.class)
  void runsFromTheLargestDownToTheSmallest(SigmaSpacing spacing) {
    double[] sigmas = spacing.between(14.6, 0.03, 12);
    assertThat(sigmas).hasSize(12);
    assertThat(sigmas[0]).isCloseTo(14.6, within(1e-5));
    assertThat(sigmas[11]).isCloseTo(0.03, within(1e-7));
    for (int i = 1; i < sigmas.length; i++) {
      assertThat(sigmas[i]).isLessThan(sigmas[i - 1]);
    }
    assertThat(spacing.between(14.6, 0.03, 1)).hasSize(1).doesNotContain(Double.NaN);
    assertThat(spacing.between(14.6, 0.03, 1)[0]).isCloseTo(14.6, within(1e-5));
  }
}
