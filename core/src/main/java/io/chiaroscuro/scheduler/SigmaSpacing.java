package io.chiaroscuro.scheduler;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.ContinuousDistribution;

/** How sigmas may lie between the largest and the smallest, other than at even timesteps. */
public enum SigmaSpacing {
  /**
   * <a href="https://arxiv.org/abs/2206.00364">Karras et al., 2022</a>, equation 5: evenly in
   * {@code sigma^(1/7)}.
   */
  KARRAS("use_karras_sigmas") {
    @Override
    double[] between(double max, double min, int count) {
      double first = Math.pow(max, 1 / RHO);
      double last = Math.pow(min, 1 / RHO);
      return linspace(0, 1, count).map(r -> Math.pow(first + r * (last - first), RHO)).toArray();
    }
  },

  /** Evenly in the logarithm of sigma. */
  EXPONENTIAL("use_exponential_sigmas") {
    @Override
    double[] between(double max, double min, int count) {
      return linspace(Math.log(max), Math.log(min), count).map(Math::exp).toArray();
    }
  },

  /**
   * By quantiles of the distribution Beta(0.6, 0.6), dense at both ends: <a
   * href="https://arxiv.org/abs/2407.12173">Lee et al., 2024</a>.
   */
  BETA("use_beta_sigmas") {
    @Override
    double[] between(double max, double min, int count) {
      return linspace(0, 1, count).map(r -> min + quantile(1 - r) * (max - min)).toArray();
    }
  },

  /**
   * Evenly in lambda, section 4.1 of <a href="https://arxiv.org/abs/2206.00927">Lu et al.,
   * 2022</a>; that is in the logarithm of sigma, which diffusers takes in single precision here.
   */
  LU("use_lu_lambdas") {
    @Override
    double[] between(double max, double min, int count) {
      double first = (float) Math.log(max);
      double last = (float) Math.log(min);
      return linspace(0, 1, count).map(r -> Math.exp(first + r * (last - first))).toArray();
    }
  };

  private static final double RHO = 7;
  private static final ContinuousDistribution BETA_DISTRIBUTION = BetaDistribution.of(0.6, 0.6);

  private final String field;

  SigmaSpacing(String field) {
    this.field = field;
  }

  /** The setting in a {@code scheduler_config.json} that asks for it. */
  String field() {
    return field;
  }

  /** As many sigmas from {@code max} down to {@code min}. */
  abstract double[] between(double max, double min, int count);

  /** How diffusers' solvers, which ask the network at whole timesteps, make one of a sigma's. */
  DoubleUnaryOperator wholeTimestep() {
    return this == KARRAS || this == LU ? Math::rint : Math::floor;
  }

  /** Evenly from {@code first} to {@code last}, rounded as NumPy does it. */
  private static DoubleStream linspace(double first, double last, int count) {
    double step = (last - first) / (count - 1);
    return IntStream.range(0, count)
        .mapToDouble(i -> i == 0 ? first : i == count - 1 ? last : first + i * step);
  }

  /** The library's root of the cumulative distribution is good to 1e-9; Newton does the rest. */
  static double quantile(double probability) {
    double x = BETA_DISTRIBUTION.inverseCumulativeProbability(probability);
    if (x <= 0 || x >= 1) {
      return x;
    }
    double excess = BETA_DISTRIBUTION.cumulativeProbability(x) - probability;
    return x - excess / BETA_DISTRIBUTION.density(x);
  }
}
