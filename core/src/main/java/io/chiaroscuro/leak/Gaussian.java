package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A multivariate normal distribution {@code N(mean, covariance)}, float64, whose covariance may be
 * rank-deficient, as that of fewer samples than dimensions is.
 */
public final class Gaussian implements AutoCloseable {

  /**
   * Eigenvalues down to minus this share of the largest variance are rounding and count as zero;
   * below, the matrix is no covariance. Float32 files of some thousand dimensions stay well within.
   */
  private static final double NEGATIVE_EIGENVALUE = 1e-3;

  /**
   * Eigenvalues of a correlation matrix below this share of the largest are float32 rounding: the
   * given elements then depend on each other.
   */
  private static final double DEPENDENT = 1e-6;

  private final Tensor mean;
  private final Tensor covariance;
  private final double largestVariance;
  private Tensor root;

  /**
   * @param mean (d,); copied
   * @param covariance (d, d), symmetric; copied
   */
  public Gaussian(Tensor mean, Tensor covariance) {
    this(mean, covariance, largestVariance(covariance));
  }

  /** What rounding is measured against does not shrink when conditioning takes variance away. */
  private Gaussian(Tensor mean, Tensor covariance, double largestVariance) {
    this.largestVariance = largestVariance;
    try (var scope = new TensorScope()) {
      this.mean = scope.own(mean.to(DType.FLOAT64.torch()).clone());
      this.covariance = scope.own(covariance.to(DType.FLOAT64.torch()).clone());
    }
  }

  /** (d,); belongs to this object. */
  public Tensor mean() {
    return mean;
  }

  /** (d, d); belongs to this object. */
  public Tensor covariance() {
    return covariance;
  }

  /**
   * The distribution of the same vector once the elements at {@code indices} are known to be {@code
   * values}: with g the given elements, {@code mean + S_.g S_gg^+ (values - mean_g)} and {@code S -
   * S_.g S_gg^+ S_g.}. The given elements have their values and no variance. The pseudo-inverse
   * stands for the inverse, so that a value which a degenerate covariance calls impossible moves
   * the others as its nearest possible neighbour would.
   *
   * @return belongs to the caller
   */
  public Gaussian conditionedOn(long[] indices, double[] values) {
    try (var scope = new TensorScope()) {
      Tensor given = Tensors.of(indices, indices.length);
      Tensor covarianceWithGiven = covariance.index_select(1, given);
      Tensor gain = covarianceWithGiven.matmul(inverse(covarianceWithGiven.index_select(0, given)));
      Tensor known = Tensors.of(values, values.length);
      Tensor conditionalMean =
          mean.add(gain.matmul(known.sub(mean.index_select(0, given)))).index_copy(0, given, known);
      Tensor conditionalCovariance =
          covariance
              .sub(gain.matmul(covarianceWithGiven.transpose(0, 1)))
              .index_fill(0, given, new Scalar(0.0))
              .index_fill(1, given, new Scalar(0.0));
      return new Gaussian(conditionalMean, conditionalCovariance, largestVariance);
    }
  }

  /** The pseudo-inverse by way of the correlations, so that it does not depend on units. */
  private static Tensor inverse(Tensor covariance) {
    Tensor spreads = covariance.diagonal().sqrt();
    Tensor units = torch.where(spreads.gt(new Scalar(0.0)), spreads, new Scalar(1.0));
    Tensor products = units.unsqueeze(1).mul(units);
    return torch.linalg_pinv(covariance.div(products), DEPENDENT, true).div(products);
  }

  /**
   * One sample (d,): {@code mean + S^(1/2) z} with {@code z = randn(d)} the next float32 numbers of
   * {@code generator}. The root is the symmetric one, which is unique, so that a seed means the
   * same sample whatever eigenvectors a linear algebra library chooses.
   *
   * @throws InvalidInputException if the covariance has clearly negative eigenvalues
   */
  public Tensor sample(SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      Tensor z = generator.randn(mean.size(0)).to(DType.FLOAT64.torch());
      return scope.keep(mean.add(root().matmul(z)));
    }
  }

  private synchronized Tensor root() {
    if (root == null) {
      try (var scope = new TensorScope()) {
        T_TensorTensor_T eigen = torch.linalg_eigh(covariance);
        Tensor variances = eigen.get0();
        Tensor directions = eigen.get1();
        double smallest = variances.min().item_double();
        if (smallest < -NEGATIVE_EIGENVALUE * largestVariance) {
          throw new InvalidInputException(
              "The leak's covariance has the eigenvalue %.3g (its largest variance is %.3g), which no covariance has; compute the statistics again."
                  .formatted(smallest, largestVariance));
        }
        Tensor spreads = variances.clamp_min(new Scalar(0.0)).sqrt();
        root = scope.own(directions.mul(spreads).matmul(directions.transpose(0, 1)));
      }
    }
    return root;
  }

  private static double largestVariance(Tensor covariance) {
    try (var scope = new TensorScope()) {
      return covariance.diagonal().max().item_double();
    }
  }

  @Override
  public synchronized void close() {
    mean.close();
    covariance.close();
    if (root != null) {
      root.close();
      root = null;
    }
  }
}
