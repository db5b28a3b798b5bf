package io.chiaroscuro.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.noise.NoiseConfig;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DiffusionObjectiveTest {

  private static final ObjectiveConfig PLAIN = ObjectiveConfig.DEFAULTS;

  private static NoiseSchedule schedule(boolean zeroTerminalSnr) {
    return new NoiseSchedule(
        SchedulerConfig.of(SchedulerType.DDPM, Map.of("rescale_betas_zero_snr", zeroTerminalSnr)));
  }

  @Test
  void epsilonContradictsZeroTerminalSnr() {
    NoiseSchedule schedule = schedule(true);
    assertThatThrownBy(() -> new DiffusionObjective(schedule, PredictionType.EPSILON, PLAIN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prediction_type is epsilon")
        .hasMessageEndingWith("choose v_prediction or sample.");
  }

  @Test
  void debiasedEstimationIsNotForSamples() {
    NoiseSchedule schedule = schedule(false);
    assertThatThrownBy(
            () ->
                new DiffusionObjective(
                    schedule, PredictionType.SAMPLE, PLAIN.withDebiasedEstimationLoss()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("debiased_estimation_loss is for epsilon and v_prediction");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, false, 0, snr_gamma is -1.0",
    "NaN, false, 0, snr_gamma is NaN",
    "0, false, -0.5, prior_loss_weight is -0.5",
    "0, false, Infinity, prior_loss_weight is Infinity",
    "5, true, 0, snr_gamma and debiased_estimation_loss both",
  })
  void refusesInOneSentence(double gamma, boolean debiased, double prior, String named) {
    assertThatThrownBy(() -> new ObjectiveConfig(NoiseConfig.WHITE, gamma, debiased, prior))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(named)
        .hasMessageMatching("[^;]+; give [^;]+\\.");
  }

  @ParameterizedTest
  @EnumSource(names = {"V_PREDICTION", "SAMPLE"})
  void everyWeightIsFiniteWhereTheLastTimestepIsNoise(PredictionType predictionType) {
    var objective = new DiffusionObjective(schedule(true), predictionType, PLAIN.withSnrGamma(5));
    try (var scope = new TensorScope()) {
      Tensor latents = Tensors.zeros(DType.FLOAT32, 1000, 1, 1, 1);
      Tensor timesteps = Tensors.of(LongStream.range(0, 1000).toArray(), 1000);
      float[] weights = Tensors.floats(objective.noised(latents, latents, timesteps).weights());
      assertThat(weights[999]).isZero();
      for (int t = 998; t >= 500; t--) {
        assertThat(weights[t]).as("grows with snr").isGreaterThan(weights[t + 1]).isFinite();
      }
    }
  }

  @Test
  void minSnrIsOneLossSeenFromThreeSides() {
    // At a given x_t the squared error of epsilon is snr times that of x_0, and v's snr + 1 times.
    LossWeighting minSnr = LossWeighting.minSnr(5);
    for (double snr : new double[] {0.004, 1, 5, 30}) {
      double sample = minSnr.weight(snr, PredictionType.SAMPLE);
      assertThat(sample).isEqualTo(Math.min(snr, 5));
      assertThat(minSnr.weight(snr, PredictionType.EPSILON)).isEqualTo(sample / snr);
      assertThat(minSnr.weight(snr, PredictionType.V_PREDICTION)).isEqualTo(sample / (snr + 1));
    }
  }

  @Test
  void drawsEveryTimestepEquallyOften() {
    var objective = new DiffusionObjective(schedule(false), PredictionType.EPSILON, PLAIN);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      Tensor latents = Tensors.zeros(DType.FLOAT32, 100_000, 1, 1, 1);
      int[] tenths = new int[10];
      boolean[] seen = new boolean[1000];
      for (long t : Tensors.longs(objective.noised(latents, generator).timesteps())) {
        tenths[(int) t / 100]++;
        seen[(int) t] = true;
      }
      assertThat(seen).doesNotContain(false);
      for (int count : tenths) {
        // Five standard errors of a binomial count: 5 sqrt(100,000 * 0.1 * 0.9).
        assertThat(count).isCloseTo(10_000, within(475));
      }
    }
  }

  @Test
  void latentsInHalfPrecisionAreNoisedInSingle() {
    var objective = new DiffusionObjective(schedule(false), PredictionType.V_PREDICTION, PLAIN);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      Tensor latents = generator.randn(DType.BFLOAT16, 2, 4, 8, 8);
      NoisyBatch batch = objective.noised(latents, generator);
      assertThat(DType.of(batch.noisyLatents())).isEqualTo(DType.FLOAT32);
      assertThat(DType.of(batch.target())).isEqualTo(DType.FLOAT32);
      Tensor half = batch.target().to(DType.BFLOAT16.torch());
      assertThat(objective.loss(half, batch).item_double()).isPositive().isLessThan(1e-4);
    }
  }

  @Test
  void halvesOfABatchAreEqual() {
    var objective =
        new DiffusionObjective(
            schedule(false), PredictionType.EPSILON, PLAIN.withPriorLossWeight(1));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      NoisyBatch batch = objective.noised(generator.randn(3, 4, 8, 8), generator);
      assertThatThrownBy(() -> objective.loss(batch.target(), batch))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("A batch of 3");
    }
  }
}
