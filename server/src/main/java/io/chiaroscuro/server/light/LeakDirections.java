package io.chiaroscuro.server.light;

import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.DctPixelStatistics;
import io.chiaroscuro.leak.Frequency;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The directions in which the low frequencies of pictures vary together: the eigenvectors of their
 * covariance, {@code S = V diag(lambda) V^T}, the strongest first. The sign of each is such that
 * its largest element is positive.
 */
public final class LeakDirections {

  private final DctPixelStatistics statistics;
  private final double[] mean;
  private final double[] variances;
  private final double[][] directions;

  /**
   * @param statistics stay the caller's
   */
  public LeakDirections(DctPixelStatistics statistics) {
    this.statistics = statistics;
    this.mean = Tensors.doubles(statistics.meanLfComponents());
    int length = mean.length;
    this.variances = new double[length];
    this.directions = new double[length][length];
    try (var scope = new TensorScope()) {
      T_TensorTensor_T eigen = torch.linalg_eigh(statistics.covLfComponents());
      double[] rising = Tensors.doubles(eigen.get0());
      Tensor rows = eigen.get1().transpose(0, 1).contiguous();
      double[] vectors = Tensors.doubles(rows);
      for (int k = 0; k < length; k++) {
        int from = length - 1 - k;
        variances[k] = Math.max(0, rising[from]);
        System.arraycopy(vectors, from * length, directions[k], 0, length);
        orient(directions[k]);
      }
    }
  }

  private static void orient(double[] direction) {
    double largest = 0;
    for (double value : direction) {
      largest = Math.abs(value) > Math.abs(largest) ? value : largest;
    }
    if (largest < 0) {
      for (int i = 0; i < direction.length; i++) {
        direction[i] = -direction[i];
      }
    }
  }

  /** How many there are: as many as low-frequency components. */
  public int count() {
    return variances.length;
  }

  /** The variance along direction {@code k}, in units of the orthonormal DCT. */
  public double variance(int k) {
    return variances[k];
  }

  /** Its share of the variance along all. */
  public double share(int k) {
    double sum = 0;
    for (double variance : variances) {
      sum += variance;
    }
    return sum == 0 ? 0 : variances[k] / sum;
  }

  /**
   * The low frequencies {@code mean + sum_k amount_k sqrt(lambda_k) v_k}, as {@link
   * io.chiaroscuro.leak.LeakControls#withLowFrequencies} takes them.
   *
   * @param amounts by direction, in standard deviations
   */
  public Map<Component, Double> at(Map<Integer, Double> amounts) {
    double[] values = mean.clone();
    amounts.forEach(
        (k, amount) -> {
          double length = amount * Math.sqrt(variances[k]);
          for (int i = 0; i < values.length; i++) {
            values[i] += length * directions[k][i];
          }
        });
    List<Frequency> frequencies = statistics.basis().frequencies();
    int channels = statistics.shape().channels();
    Map<Component, Double> components = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      components.put(new Component(i % channels, frequencies.get(i / channels)), values[i]);
    }
    return components;
  }
}
