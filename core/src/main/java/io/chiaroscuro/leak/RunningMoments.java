package io.chiaroscuro.leak;

import io.chiaroscuro.tensor.Tensors;
import java.math.BigInteger;
import org.bytedeco.pytorch.Tensor;

/**
 * Mean and covariance of vectors, in one pass and constant memory. What is summed, elements and
 * their products, is summed {@linkplain ExactSums exactly}: so moments of parts merge into those of
 * the whole in any order, and covariances are small differences of large sums without harm.
 */
final class RunningMoments {

  /** Which products of a vector's elements are summed. */
  enum Products {
    /** Squares: for a variance. */
    ELEMENTWISE {
      @Override
      long count(long length) {
        return length;
      }

      @Override
      void add(ExactSums sums, double[] vector) {
        for (int i = 0; i < vector.length; i++) {
          sums.addProduct(i, vector[i], vector[i]);
        }
      }
    },
    /** Those of all pairs, as the lower triangle of a matrix: for a covariance. */
    JOINT {
      @Override
      long count(long length) {
        return length * (length + 1) / 2;
      }

      @Override
      void add(ExactSums sums, double[] vector) {
        int pair = 0;
        for (int i = 0; i < vector.length; i++) {
          for (int j = 0; j <= i; j++) {
            sums.addProduct(pair++, vector[i], vector[j]);
          }
        }
      }
    };

    /** How many there are of a vector of {@code length} elements. */
    abstract long count(long length);

    abstract void add(ExactSums sums, double[] vector);
  }

  private final Products kind;
  private final int length;
  private final ExactSums sums;
  private final ExactSums products;
  private long count;

  private RunningMoments(
      Products kind, int length, long count, ExactSums sums, ExactSums products) {
    this.kind = kind;
    this.length = length;
    this.count = count;
    this.sums = sums;
    this.products = products;
  }

  /** Of no vectors yet, each of {@code length} elements. */
  static RunningMoments ofNone(Products kind, long length) {
    return new RunningMoments(
        kind,
        Math.toIntExact(length),
        0,
        new ExactSums(Math.toIntExact(length)),
        new ExactSums(Math.toIntExact(kind.count(length))));
  }

  /** As {@link #sums} and {@link #products} were after {@code count} vectors; both are copied. */
  static RunningMoments of(Products kind, long count, Tensor sums, Tensor products) {
    return new RunningMoments(
        kind, Math.toIntExact(sums.size(0)), count, new ExactSums(sums), new ExactSums(products));
  }

  /** How many vectors were taken in. */
  long count() {
    return count;
  }

  /** Takes in a vector of numbers below {@link ExactSums#LIMIT}. */
  void add(double[] vector) {
    for (int i = 0; i < length; i++) {
      sums.add(i, vector[i]);
    }
    kind.add(products, vector);
    count++;
  }

  /** Takes in what {@code other} took in. */
  void merge(RunningMoments other) {
    sums.add(other.sums);
    products.add(other.products);
    count += other.count;
  }

  /** The words of the elements' sums, (D, 3), int64. */
  Tensor sums() {
    return sums.tensor();
  }

  /** The words of the products' sums, (D, 3) or (D (D + 1) / 2, 3), int64. */
  Tensor products() {
    return products.tensor();
  }

  /** (D,), float64, correctly rounded. */
  Tensor mean() {
    double[] mean = new double[length];
    for (int i = 0; i < length; i++) {
      mean[i] = quotient(sums.units(i), BigInteger.valueOf(count), ExactSums.FRACTION_BITS);
    }
    return Tensors.of(mean, length);
  }

  /**
   * The unbiased estimate {@code (n sum(x y) - sum(x) sum(y)) / (n (n - 1))}, float64: variance
   * (D,) or covariance (D, D).
   */
  Tensor covariance() {
    if (kind == Products.ELEMENTWISE) {
      double[] variance = new double[length];
      for (int i = 0; i < length; i++) {
        variance[i] = covariance(i, i, i);
      }
      return Tensors.of(variance, length);
    }
    double[] covariance = new double[Math.multiplyExact(length, length)];
    int pair = 0;
    for (int i = 0; i < length; i++) {
      for (int j = 0; j <= i; j++) {
        covariance[i * length + j] = covariance(i, j, pair++);
        covariance[j * length + i] = covariance[i * length + j];
      }
    }
    return Tensors.of(covariance, length, length);
  }

  private double covariance(int i, int j, int pair) {
    BigInteger n = BigInteger.valueOf(count);
    BigInteger scatter =
        n.multiply(products.units(pair))
            .shiftLeft(ExactSums.FRACTION_BITS)
            .subtract(sums.units(i).multiply(sums.units(j)));
    double covariance =
        quotient(scatter, n.multiply(n.subtract(BigInteger.ONE)), 2 * ExactSums.FRACTION_BITS);
    // Squares of numbers below the sums' units, rounded to such, may fall short of their mean's.
    return i == j ? Math.max(0, covariance) : covariance;
  }

  /** {@code dividend / divisor / 2^fractionBits}, the double nearest to it. */
  private static double quotient(BigInteger dividend, BigInteger divisor, int fractionBits) {
    int shift = Math.max(0, 64 + divisor.bitLength() - dividend.bitLength());
    BigInteger[] parts = dividend.shiftLeft(shift).divideAndRemainder(divisor);
    // A last bit that says whether something was cut off decides ties.
    BigInteger quotient = parts[0].shiftLeft(1).add(BigInteger.valueOf(parts[1].signum()));
    return Math.scalb(quotient.doubleValue(), -shift - 1 - fractionBits);
  }
}
