package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NoiseScheduleTest {

  private static final Map<String, Object> STABLE_DIFFUSION =
      Map.of("beta_start", 0.00085, "beta_end", 0.012, "beta_schedule", "scaled_linear");

  private static NoiseSchedule schedule(Map<String, Object> fields) {
    return new NoiseSchedule(SchedulerConfig.of(SchedulerType.DDPM, fields));
  }

  @TestFactory
  Stream<DynamicTest> equalsDiffusers() {
    Map<String, Map<String, Object>> schedules =
        Map.of(
            "scaled_linear", STABLE_DIFFUSION,
            "linear", Map.of(),
            "squaredcos_cap_v2", Map.of("beta_schedule", "squaredcos_cap_v2"),
            "zero_snr", zeroSnr());
    return schedules.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(), () -> compare(entry.getKey(), schedule(entry.getValue()))));
  }

  private static void compare(String name, NoiseSchedule schedule) {
    try (var scope = new TensorScope();
        SafetensorsFile expected = Fixture.tensors("schedulers/noise_schedules");
        var generator = new SeededGenerator(12345)) {
      Tensor betas = expected.tensor(name + ".betas");
      Tensor alphasCumprod = expected.tensor(name + ".alphas_cumprod");
      // Rescaling takes roots, whose last bit differs between builds of PyTorch, and towards the
      // end their differences.
      boolean exact = !name.equals("zero_snr");
      assertThat(schedule.betas())
          .containsExactly(Tensors.floats(betas), within(exact ? 0 : 5e-6f));
      assertThat(schedule.alphasCumprod())
          .containsExactly(Tensors.floats(alphasCumprod), within(exact ? 0 : 5e-7f));
      Tensor original = generator.randn(4, 4, 8, 8);
      Tensor noise = generator.randn(4, 4, 8, 8);
      Tensor timesteps = Tensors.of(new long[] {0, 500, 981, 999}, 4);
      Fixture.assertClose(
          schedule.addNoise(original, noise, timesteps),
          expected.tensor(name + ".add_noise"),
          1e-6);
      Fixture.assertClose(
          schedule.velocity(original, noise, timesteps), expected.tensor(name + ".velocity"), 1e-6);
    }
  }

  private static Map<String, Object> zeroSnr() {
    return Map.of(
        "beta_start",
        0.00085,
        "beta_end",
        0.012,
        "beta_schedule",
        "scaled_linear",
        "rescale_betas_zero_snr",
        true);
  }

  @Test
  void stableDiffusionsEndIsNotNoise() {
    NoiseLevel last = schedule(STABLE_DIFFUSION).noiseLevel(999);
    assertThat(last.signalRate()).isCloseTo(0.06826f, within(5e-6f));
    assertThat(last.noiseRate()).isCloseTo(0.99767f, within(5e-6f));
    assertThat(schedule(zeroSnr()).noiseLevel(999)).isEqualTo(new NoiseLevel(0, 1, 1));
  }
}
