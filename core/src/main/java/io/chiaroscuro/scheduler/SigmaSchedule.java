package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.SchedulerConfig.BetaSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig.FinalSigmasType;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The noise levels a run visits, {@code sigma = sqrt((1 - abar) / abar)}, with the timestep at
 * which the network is asked at each.
 *
 * @param timesteps one a step
 * @param sigmas one more: where the last step ends
 */
record SigmaSchedule(double[] timesteps, float[] sigmas) {

  /** Instead of infinity where abar is 0: diffusers puts 2^-24 there. */
  private static final float SIGMA_OF_PURE_NOISE = 0x1p12f;

  /** The sigmas of all training timesteps, the cleanest first. */
  static float[] trained(SchedulerConfig config, NoiseSchedule schedule) {
    float[] sigmas = schedule.alphasCumprod();
    for (int t = 0; t < sigmas.length; t++) {
      sigmas[t] = (float) Math.sqrt((1 - sigmas[t]) / sigmas[t]);
    }
    if (config.rescaleBetasZeroSnr()) {
      sigmas[sigmas.length - 1] = SIGMA_OF_PURE_NOISE;
    }
    return sigmas;
  }

  /**
   * As the samplers in sigma-space visit them: evenly in their timesteps, which may lie between
   * whole ones, or as {@code config} spaces them between the same ends; down to 0.
   */
  static SigmaSchedule spread(SchedulerConfig config, float[] trained, int numInferenceSteps) {
    double[] timesteps = Timesteps.spread(config, numInferenceSteps);
    return spaced(config, trained, timesteps, interpolated(trained, timesteps), 0);
  }

  /**
   * At {@code timesteps}, or as {@code config} spaces them between the first and the last of {@code
   * sigmas}.
   */
  static SigmaSchedule spaced(
      SchedulerConfig config, float[] trained, double[] timesteps, double[] sigmas, float end) {
    return config
        .sigmaSpacing()
        .map(spacing -> spacing.between(sigmas[0], sigmas[sigmas.length - 1], timesteps.length))
        .map(spaced -> of(timestepsOf(spaced, trained), spaced, end))
        .orElseGet(() -> of(timesteps, sigmas, end));
  }

  /**
   * As the solvers in terms of lambda visit them: at whole timesteps, or as {@code config} spaces
   * them over all of the trained ones; down to the first of those unless {@code config} says zero.
   *
   * @param limit timesteps from here on are not visited, at most numTrainTimesteps
   */
  static SigmaSchedule ofSolver(
      SchedulerConfig config, float[] trained, int limit, int numInferenceSteps) {
    float end = config.finalSigmasType() == FinalSigmasType.ZERO ? 0 : trained[0];
    double[] timesteps = Timesteps.withoutEnd(config, limit, numInferenceSteps);
    if (config.sigmaSpacing().isEmpty()) {
      return of(timesteps, interpolated(trained, timesteps), end);
    }
    SigmaSpacing spacing = config.sigmaSpacing().get();
    // In diffusers one solver leaves rounding to the cast when the schedule is a cosine.
    boolean cosine =
        config.type() == SchedulerType.DPM_SOLVER_MULTISTEP
            && config.betaSchedule() == BetaSchedule.SQUAREDCOS_CAP_V2;
    double[] sigmas = spacing.between(trained[trained.length - 1], trained[0], numInferenceSteps);
    DoubleUnaryOperator wholeTimestep = cosine ? Math::floor : spacing.wholeTimestep();
    return of(
        DoubleStream.of(timestepsOf(sigmas, trained)).map(wholeTimestep).toArray(), sigmas, end);
  }

  /**
   * From {@code sigmas}, one a step, to {@code end}; in single precision, as diffusers has them.
   */
  static SigmaSchedule of(double[] timesteps, double[] sigmas, float end) {
    float[] all = new float[sigmas.length + 1];
    for (int i = 0; i < sigmas.length; i++) {
      all[i] = (float) sigmas[i];
    }
    all[sigmas.length] = end;
    return new SigmaSchedule(timesteps, all);
  }

  /** The sigmas at {@code timesteps}, linearly between the trained ones. */
  static double[] interpolated(float[] trained, double[] timesteps) {
    return DoubleStream.of(timesteps).map(t -> interpolate(trained, t)).toArray();
  }

  /**
   * How many timesteps have a lambda of at least {@code lambda_min_clipped}.
   *
   * @throws InvalidInputException if hardly any has
   */
  static int visitable(SchedulerConfig config, float[] trained) {
    long count =
        IntStream.range(0, trained.length)
            .mapToObj(t -> NoiseLevel.ofNormalizedSigma(trained[t]))
            .filter(level -> level.lambda() >= config.lambdaMinClipped())
            .count();
    if (count < 2) {
      throw new InvalidInputException(
          "The scheduler's lambda_min_clipped cannot be %s, which leaves no timestep; -5.1 is usual."
              .formatted(config.lambdaMinClipped()));
    }
    return (int) count;
  }

  /** The timesteps, usually not whole, whose trained sigmas would be these, by their logarithms. */
  static double[] timestepsOf(double[] sigmas, float[] trained) {
    return DoubleStream.of(sigmas).map(sigma -> timestepOf(sigma, trained)).toArray();
  }

  static double timestepOf(double sigma, float[] trained) {
    double logSigma = Math.log(Math.max(sigma, 1e-10));
    int low = 0;
    while (low < trained.length - 2 && logSigma >= logOf(trained[low + 1])) {
      low++;
    }
    double logLow = logOf(trained[low]);
    float difference = logOf(trained[low]) - logOf(trained[low + 1]);
    double weight = Math.min(1, Math.max(0, (logLow - logSigma) / difference));
    return (1 - weight) * low + weight * (low + 1);
  }

  /**
   * These steps with a stage between each and the next.
   *
   * @param sigmaBefore the sigma of the stage before step i, for i from 1
   * @param timestepsBefore the timestep of the stage before step i; the first is not used
   */
  SigmaSchedule withStages(IntToDoubleFunction sigmaBefore, double[] timestepsBefore) {
    int steps = timesteps.length;
    double[] asked = new double[2 * steps - 1];
    double[] levels = new double[2 * steps - 1];
    for (int i = 0; i < steps; i++) {
      asked[2 * i] = timesteps[i];
      levels[2 * i] = sigmas[i];
      if (i > 0) {
        asked[2 * i - 1] = timestepsBefore[i];
        levels[2 * i - 1] = sigmaBefore.applyAsDouble(i);
      }
    }
    return of(asked, levels, sigmas[steps]);
  }

  float sigma(int index) {
    return sigmas[index];
  }

  private static float logOf(float sigma) {
    return (float) Math.log(sigma);
  }

  private static double interpolate(float[] trained, double timestep) {
    int low = (int) Math.min(timestep, trained.length - 1);
    if (low == timestep) {
      return trained[low];
    }
    double slope = (double) trained[low + 1] - trained[low];
    return slope * (timestep - low) + trained[low];
  }
}
