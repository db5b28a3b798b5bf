package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AncestralStepTest {

  /** Of the data, for which the best prediction is known. */
  private static final double VARIANCE = 0.4;

  @ParameterizedTest
  @CsvSource({"14.6, 7.3", "2, 1.9", "14.6, 0.03", "4096, 0.5", "20000, 2", "1, 0"})
  void noiseMakesUpForWhatIsGoneBelow(float from, float to) {
    AncestralStep step = AncestralStep.between(from, to);
    assertThat(Math.hypot(step.up(), step.down())).isCloseTo(to, within(1e-6 * to));
    assertThat(step.down()).isCloseTo(to * to / from, within(1e-3f * to));
  }

  /**
   * The first step down a cosine schedule is so long that diffusers' difference of squares is below
   * 0, and its picture NaN. Here the steps are finite and taken, as Gaussian data tell, for which
   * each multiplies and adds noise.
   */
  @Test
  void aCosineScheduleIsGoneDownToItsEnd() {
    SchedulerConfig config =
        SchedulerConfig.of(
            SchedulerType.KDPM2_ANCESTRAL, Map.of("beta_schedule", "squaredcos_cap_v2"));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Trajectory trajectory = Scheduler.of(config).start(10);
      Map<Double, Double> predictions = new HashMap<>();
      double variance = Math.pow(sigma(trajectory, 0), 2);
      for (int i = 0; i < trajectory.length(); i++) {
        double sigma = sigma(trajectory, i);
        predictions.put(trajectory.timesteps()[i], slope(sigma) * Math.hypot(1, sigma));
        if (i % 2 == 0 && i < trajectory.length() - 1) {
          double to = sigma(trajectory, i + 2);
          double middle = sigma(trajectory, i + 1);
          double down = middle * middle / sigma;
          double trial = 1 + slope(sigma) * (middle - sigma);
          double gain = 1 + slope(middle) * trial * (down - sigma);
          variance = gain * gain * variance + to * to - down * down;
        }
      }
      double last = sigma(trajectory, trajectory.length() - 1);
      double std = Math.sqrt(variance) * VARIANCE / (VARIANCE + last * last);
      assertThat(predictions.keySet()).allMatch(timestep -> timestep >= 0 && timestep < 1000);
      Denoiser best = (x, t) -> x.mul(new Scalar(predictions.get(t)));
      Tensor noise = trajectory.initialLatents(generator.randn(1, 4, 64, 64));
      try (var loop = new DenoisingLoop(trajectory, best, noise, generator)) {
        loop.forEachRemaining(step -> {});
        assertThat(loop.latents().std().item_double()).isCloseTo(std, within(0.03 * std));
      }
    }
  }

  private static double sigma(Trajectory trajectory, int index) {
    return 1 / Math.sqrt(trajectory.noiseLevel(index).signalToNoise());
  }

  /** Of the probability flow, {@code dx / dsigma}, as a share of x. */
  private static double slope(double sigma) {
    return sigma / (VARIANCE + sigma * sigma);
  }
}
