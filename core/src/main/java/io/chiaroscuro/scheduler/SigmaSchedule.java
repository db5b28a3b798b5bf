package io.chiaroscuro.scheduler;

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

  /** The exponent of <a href="https://arxiv.org/abs/2206.00364">Karras et al., 2022</a>, eq. 5. */
  private static final double RHO = 7;

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
   * As many sigmas from {@code max} to {@code min}, spaced by Karras et al., eq. 5: {@code
   * (max^(1/rho) + i / (n - 1) (min^(1/rho) - max^(1/rho)))^rho}.
   */
  static double[] karras(double max, double min, int count) {
    double first = Math.pow(max, 1 / RHO);
    double last = Math.pow(min, 1 / RHO);
    return IntStream.range(0, count)
        .mapToDouble(i -> Math.pow(first + ramp(i, count) * (last - first), RHO))
        .toArray();
  }

  /** As many sigmas over the whole range of the trained ones, spaced by Karras et al. */
  static double[] karras(float[] trained, int count) {
    return karras(trained[trained.length - 1], trained[0], count);
  }

  private static double ramp(int i, int count) {
    return count == 1 ? 0 : i == count - 1 ? 1 : i * (1.0 / (count - 1));
  }

  /** The timesteps, usually not whole, whose trained sigmas would be these, by their logarithms. */
  static double[] timestepsOf(double[] sigmas, float[] trained) {
    return DoubleStream.of(sigmas).map(sigma -> timestepOf(sigma, trained)).toArray();
  }

  private static double timestepOf(double sigma, float[] trained) {
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
