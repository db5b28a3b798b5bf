package io.chiaroscuro.scheduler;

import io.chiaroscuro.scheduler.SchedulerConfig.SolverType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The weights of one step of UniP and UniC, <a href="https://arxiv.org/abs/2302.04867">Zhao et al.,
 * 2023</a>, section 3: {@code x_t = sample * x - value * m_0 - residual * sum_k rho_k (m_k - m_0) /
 * r_k}, where the rho solve {@code R rho = b} with {@code R_ik = r_k^(i-1)} and {@code b_i = i!
 * phi_(i+1)(hh) hh / B(hh)}.
 */
final class UniPcCoefficients {

  private final float sample;
  private final float value;
  private final float residual;
  private final float hh;
  private final float bh;
  private final float[] ratios;

  /**
   * @param from where the step starts
   * @param to where it ends
   * @param earlier lambdas of the values before the one at {@code from}, the latest first; as many
   *     as the order less 1
   */
  UniPcCoefficients(
      boolean predictX0, SolverType solver, NoiseLevel from, NoiseLevel to, float[] earlier) {
    float h = to.lambda() - from.lambda();
    float scale = predictX0 ? to.signalRate() : to.noiseRate();
    this.hh = predictX0 ? -h : h;
    float growth = (float) Math.expm1(hh);
    this.bh = solver == SolverType.BH1 ? hh : growth;
    this.sample =
        predictX0 ? to.noiseRate() / from.noiseRate() : to.signalRate() / from.signalRate();
    this.value = scale * growth;
    this.residual = scale * bh;
    this.ratios = new float[earlier.length + 1];
    for (int k = 0; k < earlier.length; k++) {
      ratios[k] = (earlier[k] - from.lambda()) / h;
    }
    ratios[earlier.length] = 1;
  }

  float sample() {
    return sample;
  }

  float value() {
    return value;
  }

  float residual() {
    return residual;
  }

  /** r_k: where the value k + 1 steps before lies, in units of this step; negative. */
  float ratio(int k) {
    return ratios[k];
  }

  int order() {
    return ratios.length;
  }

  /** The rho of the predictor, one for each value before the one at the start. */
  float[] predictorWeights() {
    return switch (order()) {
      case 1 -> new float[0];
      case 2 -> new float[] {0.5f};
      default -> solve(order() - 1);
    };
  }

  /** The rho of the corrector, the last one for the value at the end of the step. */
  float[] correctorWeights() {
    return order() == 1 ? new float[] {0.5f} : solve(order());
  }

  private float[] solve(int count) {
    float[] matrix = new float[count * count];
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < count; k++) {
        matrix[i * count + k] = (float) Math.pow(ratios[k], i);
      }
    }
    try (var scope = new TensorScope()) {
      Tensor r = Tensors.of(matrix, count, count);
      Tensor b = Tensors.of(Arrays.copyOf(rightHandSide(), count), count);
      return Tensors.floats(torch.linalg_solve(r, b));
    }
  }

  private float[] rightHandSide() {
    float[] b = new float[order()];
    float phi = (float) Math.expm1(hh) / hh - 1;
    int factorial = 1;
    for (int i = 1; i <= b.length; i++) {
      b[i - 1] = phi * factorial / bh;
      factorial *= i + 1;
      phi = phi / hh - (float) (1.0 / factorial);
    }
    return b;
  }
}
