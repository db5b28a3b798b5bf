package io.chiaroscuro.training.objective;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.noise.NoiseConfig;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Loss and every gradient of one step against diffusers' training example. */
class OneStepTest {

  /** Relative, of the loss and of each parameter's gradient. */
  private static final double TOLERANCE = 2e-5;

  private static final ObjectiveConfig PLAIN = ObjectiveConfig.DEFAULTS;
  private static final NoiseConfig OFFSET = NoiseConfig.WHITE.withNoiseOffset(0.1);

  static Stream<Arguments> cases() {
    PredictionType epsilon = PredictionType.EPSILON;
    PredictionType v = PredictionType.V_PREDICTION;
    return Stream.of(
        arguments("epsilon", epsilon, false, PLAIN),
        arguments("epsilon.min_snr", epsilon, false, PLAIN.withSnrGamma(5)),
        arguments("epsilon.offset", epsilon, false, PLAIN.withNoise(OFFSET)),
        arguments(
            "epsilon.offset.min_snr", epsilon, false, PLAIN.withNoise(OFFSET).withSnrGamma(5)),
        arguments("epsilon.debiased", epsilon, false, PLAIN.withDebiasedEstimationLoss()),
        arguments("epsilon.prior", epsilon, false, PLAIN.withPriorLossWeight(0.7)),
        arguments("v_prediction", v, false, PLAIN),
        arguments("v_prediction.min_snr", v, false, PLAIN.withSnrGamma(5)),
        arguments("v_prediction.offset", v, false, PLAIN.withNoise(OFFSET)),
        arguments("v_prediction.offset.min_snr", v, false, PLAIN.withNoise(OFFSET).withSnrGamma(5)),
        arguments("v_prediction.debiased", v, false, PLAIN.withDebiasedEstimationLoss()),
        arguments("v_prediction.zero_snr", v, true, PLAIN),
        arguments("v_prediction.zero_snr.min_snr", v, true, PLAIN.withSnrGamma(5)),
        arguments("sample", PredictionType.SAMPLE, false, PLAIN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void equalsDiffusersByGivenNoise(
      String name, PredictionType predictionType, boolean zeroSnr, ObjectiveConfig config) {
    var objective = new DiffusionObjective(SmallUNet.schedule(zeroSnr), predictionType, config);
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("objective/one_step")) {
      boolean offset = config.noise().equals(OFFSET);
      NoisyBatch batch =
          objective.noised(
              fixture.tensor("latents"),
              fixture.tensor(offset ? "noise.offset" : "noise"),
              fixture.tensor(name + ".timesteps"));
      assertStepEquals(fixture, name, objective, batch);
    }
  }

  @Test
  void equalsDiffusersByDrawnNoiseAndPerturbedInput() {
    ObjectiveConfig perturbed = PLAIN.withNoise(NoiseConfig.WHITE.withIpNoiseGamma(0.1));
    var objective =
        new DiffusionObjective(SmallUNet.schedule(false), PredictionType.EPSILON, perturbed);
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("objective/one_step");
        var generator = new SeededGenerator(SmallUNet.NOISE_SEED)) {
      NoisyBatch batch = objective.noised(fixture.tensor("latents"), generator);
      assertClose(batch.target(), fixture.tensor("noise"), 1e-6);
      assertStepEquals(fixture, "epsilon.perturbed", objective, batch);
    }
  }

  private static void assertStepEquals(
      SafetensorsFile fixture, String name, DiffusionObjective objective, NoisyBatch batch) {
    assertThat(Tensors.longs(batch.timesteps()))
        .containsExactly(Tensors.longs(fixture.tensor(name + ".timesteps")));
    assertClose(batch.noisyLatents(), fixture.tensor(name + ".noisy"), 1e-6);
    try (var unet = new SmallUNet()) {
      Tensor prediction =
          unet.model().forward(batch.noisyLatents(), batch.timesteps(), fixture.tensor("text"));
      Tensor loss = objective.loss(prediction, batch);
      double expected = fixture.tensor(name + ".loss").item_double();
      assertThat(loss.item_double()).isCloseTo(expected, withinPercentage(100 * TOLERANCE));
      loss.backward();
      Tensor expectedGradients = fixture.tensor(name + ".gradients");
      assertThat(expectedGradients.size(0)).isEqualTo(unet.parameters().size());
      int row = 0;
      for (Map.Entry<String, Tensor> parameter : unet.parameters().entrySet()) {
        Tensor sketch = SmallUNet.sketch(parameter.getKey(), parameter.getValue().grad());
        assertThat(Fixture.relativeError(sketch, expectedGradients.select(0, row++)))
            .as("gradient of " + parameter.getKey())
            .isLessThan(TOLERANCE);
      }
    }
  }
}
