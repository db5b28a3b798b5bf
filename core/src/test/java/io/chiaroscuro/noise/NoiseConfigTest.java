package io.chiaroscuro.noise;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseConfigTest {

  @ParameterizedTest
  @CsvSource({
    "offset, 0.1, false, 0, 0, 0.3",
    "random_strength, 0.5, true, 0, 0, 0.3",
    "adaptive, 0.1, false, 0.3, 0, 0.3",
    "clamped, 0.2, true, -0.4, 0, 0.3",
    "pyramid, 0, false, 0, 6, 0.5",
    "pyramid2, 0, false, 0, 2, 0.9"
  })
  void drawsWhatPyTorchDraws(
      String name, double offset, boolean random, double adaptive, int levels, double discount) {
    var config = new NoiseConfig(offset, random, adaptive, levels, discount, 0);
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("noise/kinds");
        var generator = new SeededGenerator(6)) {
      Tensor drawn = config.noise().draw(fixture.tensor("latents"), generator);
      assertClose(drawn, fixture.tensor(name), 1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-0.1, false, 0, 0, 0.3, 0, noise_offset is -0.1",
    "NaN, false, 0, 0, 0.3, 0, noise_offset is NaN",
    "Infinity, false, 0, 0, 0.3, 0, noise_offset is Infinity",
    "0.1, false, NaN, 0, 0.3, 0, adaptive_noise_scale is NaN",
    "0, false, 0, -1, 0.3, 0, multires_noise_iterations is -1",
    "0, false, 0, 6, 0, 0, multires_noise_discount is 0.0",
    "0, false, 0, 6, 1.1, 0, multires_noise_discount is 1.1",
    "0, false, 0, 6, NaN, 0, multires_noise_discount is NaN",
    "0, false, 0, 0, 0.3, -1, ip_noise_gamma is -1.0",
    "0, false, 0, 0, 0.3, NaN, ip_noise_gamma is NaN",
    "0.1, false, 0, 6, 0.3, 0, noise_offset and multires_noise_iterations both",
    "0, true, 0, 0, 0.3, 0, noise_offset_random_strength needs",
    "0, false, 0.1, 0, 0.3, 0, adaptive_noise_scale needs",
    "0, false, 0, 0, 0.5, 0, multires_noise_discount weighs",
  })
  void refusesInOneSentence(
      double offset,
      boolean random,
      double adaptive,
      int levels,
      double discount,
      double gamma,
      String named) {
    assertThatThrownBy(() -> new NoiseConfig(offset, random, adaptive, levels, discount, gamma))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(named)
        .hasMessageMatching("[^;]+; give [^;]+\\.");
  }

  @Test
  void perturbationIsAskedForOrNotDrawn() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1);
        var untouched = new SeededGenerator(1)) {
      Tensor noise = untouched.randn(2, 4, 8, 8);
      Tensor same = NoiseConfig.WHITE.inputPerturbation().perturb(noise, generator);
      assertThat(same.equal(noise)).isTrue();
      // Twice the drawn numbers: what is added is gamma = 1 times the generator's first.
      Tensor doubled =
          NoiseConfig.WHITE.withIpNoiseGamma(1).inputPerturbation().perturb(noise, generator);
      assertClose(doubled, noise.add(noise), 1e-7);
    }
  }
}
