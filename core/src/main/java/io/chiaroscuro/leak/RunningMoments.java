package io.chiaroscuro.leak;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Mean and scatter of vectors that come in batches, in one pass, constant memory and float64.
 *
 * <p>Two sets a and b join without looking back at their members: with {@code d = mean_b - mean_a},
 * {@code mean = mean_a + d n_b / n} and {@code scatter = scatter_a + scatter_b + d d' n_a n_b / n}.
 *
 * @see <a href="http://i.stanford.edu/pub/cstr/reports/cs/tr/79/773/CS-TR-79-773.pdf">Chan, Golub
 *     and LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances
 *     (1979)</a>
 */
final class RunningMoments implements AutoCloseable {

  /** What is summed of the deviations (B, D) from the mean. */
  enum Scatter {
    /** Their squares, (D,): for a variance. */
    ELEMENTWISE {
      @Override
      void add(Tensor scatter, Tensor deviations, double factor) {
        long[] overBatch = {0};
        scatter.add_(deviations.mul(deviations).sum(overBatch).mul_(new Scalar(factor)));
      }
    },
    /** Their products, (D, D): for a covariance. */
    JOINT {
      @Override
      void add(Tensor scatter, Tensor deviations, double factor) {
        scatter.addmm_(deviations.transpose(0, 1), deviations, new Scalar(1.0), new Scalar(factor));
      }
    };

    /** Adds {@code factor} times the deviations' products to {@code scatter}, in place. */
    abstract void add(Tensor scatter, Tensor deviations, double factor);
  }

  private final Scatter kind;
  private final Tensor mean;
  private final Tensor scatter;
  private long count;

  private RunningMoments(Scatter kind, long count, Tensor mean, Tensor scatter) {
    this.kind = kind;
    this.count = count;
    this.mean = mean;
    this.scatter = scatter;
  }

  /** Of no vectors yet, each of {@code length} elements. */
  static RunningMoments ofNone(Scatter kind, long length) {
    try (var scope = new TensorScope()) {
      Tensor scatter =
          kind == Scatter.JOINT
              ? Tensors.zeros(DType.FLOAT64, length, length)
              : Tensors.zeros(DType.FLOAT64, length);
      return new RunningMoments(
          kind, 0, scope.own(Tensors.zeros(DType.FLOAT64, length)), scope.own(scatter));
    }
  }

  /** As {@link #mean} and {@link #scatter} were after {@code count} vectors; both are copied. */
  static RunningMoments of(Scatter kind, long count, Tensor mean, Tensor scatter) {
    try (var scope = new TensorScope()) {
      return new RunningMoments(kind, count, scope.own(mean.clone()), scope.own(scatter.clone()));
    }
  }

  /** Takes in a batch (B, D), float64, of at least one vector. */
  void add(Tensor batch) {
    try (var scope = new TensorScope()) {
      long[] overBatch = {0};
      Tensor batchMean = batch.mean(overBatch);
      kind.add(scatter, batch.sub(batchMean), 1);
      join(batch.size(0), batchMean);
    }
  }

  /** Takes in what {@code other} took in. */
  void merge(RunningMoments other) {
    if (other.count > 0) {
      try (var scope = new TensorScope()) {
        scatter.add_(other.scatter);
        join(other.count, other.mean);
      }
    }
  }

  private void join(long otherCount, Tensor otherMean) {
    long total = count + otherCount;
    Tensor difference = otherMean.sub(mean);
    double share = (double) otherCount / total;
    kind.add(scatter, difference.unsqueeze(0), count * share);
    mean.add_(difference, new Scalar(share));
    count = total;
  }

  /** (D,); belongs to this object and changes with it. */
  Tensor mean() {
    return mean;
  }

  /** Sum of the deviations' products, (D,) or (D, D); belongs to this object. */
  Tensor scatter() {
    return scatter;
  }

  /** The unbiased estimate {@code scatter / (n - 1)}: variance (D,) or covariance (D, D). */
  Tensor covariance() {
    try (var scope = new TensorScope()) {
      return scope.keep(scatter.div(new Scalar((double) (count - 1))));
    }
  }

  @Override
  public void close() {
    mean.close();
    scatter.close();
  }
}
