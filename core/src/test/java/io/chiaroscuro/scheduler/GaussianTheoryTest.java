package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the missing leak costs, in theory and in every deterministic sampler.
 *
 * <p>Let the DC coefficient of the data be N(0, V), V = H W var(mean). At the first timestep the
 * training samples have there the variance {@code abar V + 1 - abar}, white noise has 1 (or, in
 * sigma-space, 1 - abar after dividing by sqrt(1 + sigma^2)). The probability flow maps the former
 * to V linearly, so the latter comes out as {@code V (1 - abar) / (abar V + 1 - abar)}: the spread
 * of the mean shrinks by {@code 1 / sqrt(1 + a^2 / (1 - abar))} with {@code a^2 = abar V}, up to
 * the factor sqrt(1 - abar) = 0.998 between the two starts.
 */
class GaussianTheoryTest {

  private static final int STEPS = 200;
  private static final int SIDE = 8;
  private static final double TOLERANCE = 0.02;

  /**
   * Of the mean of an image; at 8 x 8 this makes a^2 2, 6 and 19, at 64 x 64 var(mean) 0.1 to 1.
   */
  private static final List<Double> VARIANCES_OF_THE_MEAN = List.of(6.7, 20.0, 64.0);

  /** The other coefficients' variance. */
  private static final double DETAIL = 0.5;

  @TestFactory
  Stream<DynamicTest> spreadOfTheMean() {
    Map<String, Object> stable =
        Map.of(
            "beta_start",
            0.00085,
            "beta_end",
            0.012,
            "beta_schedule",
            "scaled_linear",
            "clip_sample",
            false,
            "skip_prk_steps",
            true,
            "steps_offset",
            1);
    return Stream.of(
            new Sampler(SchedulerType.DDIM, Map.of("set_alpha_to_one", false)),
            new Sampler(SchedulerType.DDIM, Map.of("timestep_spacing", "trailing")),
            new Sampler(SchedulerType.DDIM, Map.of("prediction_type", "v_prediction")),
            new Sampler(SchedulerType.PNDM, Map.of()),
            new Sampler(SchedulerType.PNDM, Map.of("skip_prk_steps", false)),
            new Sampler(SchedulerType.EULER, Map.of()),
            new Sampler(SchedulerType.EULER, Map.of("timestep_spacing", "leading")),
            new Sampler(SchedulerType.EULER, Map.of("use_karras_sigmas", true)),
            new Sampler(SchedulerType.DPM_SOLVER_MULTISTEP, Map.of("solver_order", 1)),
            new Sampler(SchedulerType.DPM_SOLVER_MULTISTEP, Map.of("solver_order", 2)),
            new Sampler(SchedulerType.DPM_SOLVER_MULTISTEP, Map.of("solver_order", 3)),
            new Sampler(
                SchedulerType.DPM_SOLVER_MULTISTEP,
                Map.of("solver_order", 2, "use_karras_sigmas", true)),
            new Sampler(
                SchedulerType.DPM_SOLVER_MULTISTEP,
                Map.of("algorithm_type", "dpmsolver", "final_sigmas_type", "sigma_min")),
            new Sampler(SchedulerType.UNIPC_MULTISTEP, Map.of("solver_order", 2)),
            new Sampler(SchedulerType.UNIPC_MULTISTEP, Map.of("solver_order", 3)),
            new Sampler(SchedulerType.UNIPC_MULTISTEP, Map.of("use_karras_sigmas", true)),
            new Sampler(SchedulerType.LMS, Map.of()),
            new Sampler(SchedulerType.HEUN, Map.of("use_karras_sigmas", true)),
            new Sampler(SchedulerType.KDPM2, Map.of("use_exponential_sigmas", true)),
            new Sampler(SchedulerType.DEIS_MULTISTEP, Map.of("solver_order", 3)),
            new Sampler(SchedulerType.DPM_SOLVER_SINGLESTEP, Map.of("solver_order", 2)),
            new Sampler(SchedulerType.DPM_SOLVER_MULTISTEP, Map.of("use_lu_lambdas", true)))
        .flatMap(
            sampler ->
                VARIANCES_OF_THE_MEAN.stream()
                    .map(
                        variance ->
                            DynamicTest.dynamicTest(
                                sampler + " var(mean) = " + variance,
                                () -> check(sampler.over(stable), variance))));
  }

  private record Sampler(SchedulerType type, Map<String, Object> settings) {

    Scheduler over(Map<String, Object> common) {
      Map<String, Object> all = new HashMap<>(common);
      all.putAll(settings);
      return Scheduler.of(SchedulerConfig.of(type, all));
    }
  }

  private static void check(Scheduler scheduler, double varianceOfMean) {
    double variance = SIDE * SIDE * varianceOfMean;
    NoiseLevel first;
    try (Trajectory trajectory = scheduler.start(STEPS)) {
      first = trajectory.noiseLevel(0);
    }
    double aSquaredOverNoise = first.signalToNoise() * variance;
    double predicted = 1 / Math.sqrt(1 + aSquaredOverNoise);
    double white = relativeSpread(scheduler, variance, false);
    double leaked = relativeSpread(scheduler, variance, true);
    assertThat(white / predicted).as("from white noise").isCloseTo(1, within(TOLERANCE));
    assertThat(leaked).as("with the leak").isCloseTo(1, within(TOLERANCE));
  }

  /**
   * The spread of the generated means over that of the data's, exactly: the flow is linear in the
   * DC coefficient, so its gains for a unit of noise and for a unit of leak are two runs of one
   * image each.
   */
  private static double relativeSpread(Scheduler scheduler, double variance, boolean leak) {
    double fromNoise = gain(scheduler, variance, 1, 0, leak);
    double fromLeak = leak ? gain(scheduler, variance, 0, 1, true) : 0;
    return Math.sqrt(fromNoise * fromNoise + fromLeak * fromLeak * variance) / Math.sqrt(variance);
  }

  private static double gain(
      Scheduler scheduler, double variance, double noise, double leak, boolean withLeak) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Trajectory trajectory = scheduler.start(STEPS);
      Tensor latents =
          withLeak
              ? trajectory.initialLatents(constant(noise), constant(leak))
              : trajectory.initialLatents(constant(noise));
      Denoiser optimal = (x, t) -> predict(scheduler, x, t, variance);
      try (var loop = new DenoisingLoop(trajectory, optimal, latents, generator)) {
        loop.forEachRemaining(step -> {});
        return loop.latents().mean().item_double() * SIDE;
      }
    }
  }

  /** An image whose DC coefficient is {@code value} and whose others are 0. */
  private static Tensor constant(double value) {
    float[] pixels = new float[SIDE * SIDE];
    Arrays.fill(pixels, (float) (value / SIDE));
    return Tensors.of(pixels, 1, 1, SIDE, SIDE);
  }

  /**
   * The posterior mean, per DCT coefficient: {@code E[eps | x] = s x / (a^2 V + s^2)}, {@code E[x_0
   * | x] = a V x / (a^2 V + s^2)}. The mean has its own variance, the rest share one.
   */
  private static Tensor predict(Scheduler scheduler, Tensor x, double t, double variance) {
    double abar = abarAt(scheduler.noiseSchedule(), t);
    boolean v = scheduler.config().predictionType() == PredictionType.V_PREDICTION;
    double ofMean = factor(abar, variance, v);
    double ofDetail = factor(abar, DETAIL, v);
    Tensor mean = x.mean(new long[] {2, 3}, true, new ScalarTypeOptional());
    return mean.mul(new Scalar(ofMean)).add(x.sub(mean).mul(new Scalar(ofDetail)));
  }

  private static double factor(double abar, double variance, boolean v) {
    double a = Math.sqrt(abar);
    double s = Math.sqrt(1 - abar);
    double power = abar * variance + 1 - abar;
    return v ? (a * s - s * a * variance) / power : s / power;
  }

  /** Between timesteps as Euler's sigmas are: linear in sigma. */
  private static double abarAt(NoiseSchedule schedule, double t) {
    int low = (int) t;
    int high = (int) Math.ceil(t);
    double sigma =
        sigma(schedule, low) + (t - low) * (sigma(schedule, high) - sigma(schedule, low));
    return 1 / (1 + sigma * sigma);
  }

  private static double sigma(NoiseSchedule schedule, int t) {
    double abar = schedule.alphasCumprod(t);
    return Math.sqrt((1 - abar) / abar);
  }
}
