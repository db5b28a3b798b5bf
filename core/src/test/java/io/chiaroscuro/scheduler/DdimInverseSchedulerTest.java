package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DdimInverseSchedulerTest {

  /** Of the data, for which the best prediction is known. */
  private static final double VARIANCE = 0.4;

  private static SchedulerConfig config(Map<String, Object> more) {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("beta_start", 0.00085);
    fields.put("beta_end", 0.012);
    fields.put("beta_schedule", "scaled_linear");
    fields.put("clip_sample", false);
    fields.put("set_alpha_to_one", false);
    fields.put("steps_offset", 1);
    return SchedulerConfig.of(SchedulerType.DDIM, fields);
  }

  /** How far the way to noise and back ends from its start. */
  private static double roundTrip(SchedulerConfig config, int steps) {
    NoiseSchedule schedule = new NoiseSchedule(config);
    boolean v = config.predictionType() == PredictionType.V_PREDICTION;
    Denoiser best = (x, t) -> x.mul(new Scalar(output(v, schedule.alphasCumprod((int) t))));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(5)) {
      Tensor image = generator.randn(1, 4, 8, 8).mul(new Scalar(Math.sqrt(VARIANCE)));
      Tensor noise = run(new DdimInverseScheduler(config).start(steps), best, image);
      double std = noise.std().item_double();
      assertThat(std).as("of the noise").isBetween(0.85, 1.15);
      Tensor back = run(Scheduler.of(config).start(steps), best, noise);
      return back.sub(image).norm().item_double() / image.norm().item_double();
    }
  }

  /** What the best prediction multiplies a sample with. */
  private static double output(boolean v, double abar) {
    double noise = Math.sqrt(1 - abar) / (abar * VARIANCE + 1 - abar);
    return v ? Math.sqrt(abar) * noise * (1 - VARIANCE) : noise;
  }

  /** The same in double precision, and of one number, since every step only multiplies. */
  private static double exactRoundTrip(SchedulerConfig config, int steps) {
    NoiseSchedule schedule = new NoiseSchedule(config);
    boolean v = config.predictionType() == PredictionType.V_PREDICTION;
    double product = 1;
    try (Trajectory trajectory = Scheduler.of(config).start(steps)) {
      for (double timestep : trajectory.timesteps()) {
        double noisy = schedule.alphasCumprod((int) timestep);
        double clean = schedule.alphasCumprodOrFinal((int) timestep - 1000 / steps, false);
        product *= gain(v, noisy, clean, noisy) * gain(v, noisy, noisy, clean);
      }
    }
    return Math.abs(product - 1);
  }

  /** What the step from one abar to another multiplies the sample with. */
  private static double gain(boolean v, double asked, double from, double to) {
    double output = output(v, asked);
    double a = Math.sqrt(from);
    double s = Math.sqrt(1 - from);
    double original = v ? a - s * output : (1 - s * output) / a;
    double epsilon = v ? a * output + s : output;
    return Math.sqrt(to) * original + Math.sqrt(1 - to) * epsilon;
  }

  private static Tensor run(Trajectory trajectory, Denoiser denoiser, Tensor start) {
    try (var scope = new TensorScope();
        var loop =
            new DenoisingLoop(trajectory, denoiser, start, DdimInverseSchedulerTest::unwanted)) {
      loop.forEachRemaining(step -> {});
      return scope.keep(loop.latents().clone());
    }
  }

  private static Tensor unwanted(DType dtype, long... shape) {
    throw new AssertionError("No noise is to be drawn.");
  }

  @ParameterizedTest
  @CsvSource({
    "leading, epsilon",
    "leading, v_prediction",
    "trailing, epsilon",
    "trailing, v_prediction"
  })
  void ddimLeadsBackToTheImage(String spacing, String prediction) {
    SchedulerConfig config =
        config(Map.of("timestep_spacing", spacing, "prediction_type", prediction));
    double few = roundTrip(config, 20);
    double many = roundTrip(config, 200);
    assertThat(many).as("the more steps, the closer").isLessThan(few / 4);
    assertThat(few).isCloseTo(exactRoundTrip(config, 20), within(1e-5));
    assertThat(many).isCloseTo(exactRoundTrip(config, 200), within(1e-5));
  }

  @Test
  void visitsDdimsTimestepsTheOtherWay() {
    SchedulerConfig config = config(Map.of());
    try (Trajectory there = new DdimInverseScheduler(config).start(50);
        Trajectory back = Scheduler.of(config).start(50)) {
      double[] reversed = back.timesteps();
      for (int i = 0; i < reversed.length; i++) {
        assertThat(there.timesteps()[i]).isEqualTo(reversed[reversed.length - 1 - i]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "timestep_spacing, linspace",
    "thresholding, true",
    "eta, 0.5",
  })
  void refusesWhatItCannotDo(String field, String value) {
    Object parsed =
        field.equals("eta") ? Double.valueOf(value) : field.equals("thresholding") ? true : value;
    assertThatThrownBy(() -> new DdimInverseScheduler(config(Map.of(field, parsed))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(field.equals("timestep_spacing") ? value : field);
  }
}
