package io.chiaroscuro.scheduler;

import io.chiaroscuro.scheduler.SchedulerConfig.AlgorithmType;

/**
 * The weights of one update of DPM-Solver from noise level s to t with {@code h = lambda_t -
 * lambda_s}: integrals of the exponentially weighted Taylor polynomial, see <a
 * href="https://arxiv.org/abs/2206.00927">Lu et al., 2022a</a> (epsilon) and <a
 * href="https://arxiv.org/abs/2211.01095">Lu et al., 2022b</a> (x_0, "++"; the stochastic variants
 * in its appendix).
 *
 * @param sample of the sample itself
 * @param value of the model's value D0
 * @param midpoint of its first derivative D1 in the second-order midpoint method
 * @param slope of D1 in the second-order Heun and in the third-order method
 * @param curvature of its second derivative D2
 * @param noise of fresh unit noise; 0 for the deterministic variants
 */
record DpmSolverCoefficients(
    float sample, float value, float midpoint, float slope, float curvature, float noise) {

  static DpmSolverCoefficients of(AlgorithmType algorithm, NoiseLevel from, NoiseLevel to) {
    float h = to.lambda() - from.lambda();
    float alpha = to.signalRate();
    float sigma = to.noiseRate();
    return switch (algorithm) {
      case DPMSOLVER_PLUS_PLUS -> {
        float decay = exp(-h) - 1;
        yield new DpmSolverCoefficients(
            sigma / from.noiseRate(),
            -alpha * decay,
            -0.5f * alpha * decay,
            alpha * (decay / h + 1),
            -alpha * ((decay + h) / (h * h) - 0.5f),
            0);
      }
      case DPMSOLVER, DEIS -> { // DEIS shares the first order
        float growth = exp(h) - 1;
        yield new DpmSolverCoefficients(
            alpha / from.signalRate(),
            -sigma * growth,
            -0.5f * sigma * growth,
            -sigma * (growth / h - 1),
            -sigma * ((growth - h) / (h * h) - 0.5f),
            0);
      }
      case SDE_DPMSOLVER_PLUS_PLUS -> {
        float decay = 1 - exp(-2 * h);
        yield new DpmSolverCoefficients(
            sigma / from.noiseRate() * exp(-h),
            alpha * decay,
            0.5f * alpha * decay,
            alpha * (decay / (-2 * h) + 1),
            alpha * ((decay - 2 * h) / (4 * h * h) - 0.5f),
            sigma * (float) Math.sqrt(decay));
      }
      case SDE_DPMSOLVER -> {
        float growth = exp(h) - 1;
        yield new DpmSolverCoefficients(
            alpha / from.signalRate(),
            -2 * sigma * growth,
            -sigma * growth,
            -2 * sigma * (growth / h - 1),
            Float.NaN, // there is no third-order method; the constructor of the sampler says so
            sigma * (float) Math.sqrt(exp(2 * h) - 1));
      }
    };
  }

  private static float exp(float x) {
    return (float) Math.exp(x);
  }
}
