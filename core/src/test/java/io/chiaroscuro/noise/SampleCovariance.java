package io.chiaroscuro.noise;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * An estimate of {@code E[x x^T]} and of how far off it may be.
 *
 * <p>Each batch gives an estimate of its own; their mean is the estimate, and their scatter its
 * standard error, which needs no assumption about the numbers' distribution or about what they
 * share within a batch.
 */
final class SampleCovariance {

  private final int size;
  private final double[] mean;
  private final double[] standardError;

  /**
   * @param size how many variables
   * @param batches how many estimates
   * @param draw a batch (n, size) of outcomes
   */
  SampleCovariance(int size, int batches, Supplier<Tensor> draw) {
    double[] sum = new double[size * size];
    double[] squares = new double[size * size];
    for (int batch = 0; batch < batches; batch++) {
      double[] estimate = estimate(draw);
      for (int i = 0; i < estimate.length; i++) {
        sum[i] += estimate[i];
        squares[i] += estimate[i] * estimate[i];
      }
    }
    this.size = size;
    this.mean = Arrays.stream(sum).map(s -> s / batches).toArray();
    this.standardError = new double[size * size];
    for (int i = 0; i < mean.length; i++) {
      standardError[i] = Math.sqrt((squares[i] / batches - mean[i] * mean[i]) / (batches - 1));
    }
  }

  private static double[] estimate(Supplier<Tensor> draw) {
    try (var scope = new TensorScope()) {
      Tensor x = draw.get().to(DType.FLOAT64.torch());
      return Tensors.doubles(x.t().matmul(x).div(Tensors.of(new double[] {x.size(0)}, 1)));
    }
  }

  /**
   * The largest deviation from {@code expected} over all entries, in standard errors. Were the
   * expectation true, 5 would be passed by one normal entry in 1.7 million.
   */
  double deviation(double[][] expected) {
    double worst = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        double error = Math.abs(mean[i * size + j] - expected[i][j]);
        worst = Math.max(worst, error / standardError[i * size + j]);
      }
    }
    return worst;
  }

  /** The standard error of a variable's variance over that variance. */
  double relativeStandardError(int variable) {
    int place = variable * size + variable;
    return standardError[place] / mean[place];
  }
}
