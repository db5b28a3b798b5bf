package io.chiaroscuro.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Pyramid noise against its covariance, which is exact: upsampling is linear. */
class PyramidNoiseTest {

  private static final int HEIGHT = 8;
  private static final int WIDTH = 12;
  private static final int ELEMENTS = HEIGHT * WIDTH;
  private static final double DISCOUNT = 0.8;

  @Test
  void hasTheCovarianceOfItsLevels() {
    var noise = new PyramidNoise(4, DISCOUNT);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(2)) {
      Tensor latents = Tensors.zeros(DType.FLOAT32, 8, 1, HEIGHT, WIDTH);
      var measured =
          new SampleCovariance(
              ELEMENTS, 8000, () -> noise.sum(latents, generator).reshape(8, ELEMENTS));
      double[][] expected = covariance(4, DISCOUNT);
      assertThat(measured.deviation(expected)).isLessThan(5);
      assertThat(measured.deviation(covariance(4, 0.9 * DISCOUNT))).isGreaterThan(5);
      assertThat(measured.deviation(covariance(2, DISCOUNT))).isGreaterThan(5);
    }
  }

  @Test
  void hasUnitStandardDeviationOverTheBatch() {
    var noise = new PyramidNoise(6, 0.5);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3);
        var same = new SeededGenerator(3)) {
      Tensor latents = Tensors.zeros(DType.FLOAT32, 3, 4, HEIGHT, WIDTH);
      Tensor drawn = noise.draw(latents, generator);
      Tensor sum = noise.sum(latents, same);
      assertThat(drawn.std().item_double()).isCloseTo(1, within(1e-6));
      assertThat(sum.div(drawn).std().item_double()).as("one factor for all").isLessThan(1e-6);
    }
  }

  /** {@code I + sum_i discount^(2 i) E[U_i U_i^T]}, over the factors' distribution. */
  private static double[][] covariance(int iterations, double discount) {
    double[][] covariance = new double[ELEMENTS][ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      covariance[i][i] = 1;
    }
    double reached = 1;
    for (int level = 0; level < iterations; level++) {
      double[] ends = factorsWhereSizesChange(level);
      double goesOn = 0;
      for (int k = 0; k + 1 < ends.length; k++) {
        double probability = (ends[k + 1] - ends[k]) / 2;
        double shrinking = Math.pow((ends[k] + ends[k + 1]) / 2, level);
        int height = Math.max(1, (int) (HEIGHT / shrinking));
        int width = Math.max(1, (int) (WIDTH / shrinking));
        add(
            covariance,
            reached * probability * Math.pow(discount, 2 * level),
            gram(height, HEIGHT),
            gram(width, WIDTH));
        goesOn += height > 1 && width > 1 ? probability : 0;
      }
      reached *= goesOn;
    }
    return covariance;
  }

  /** The factors 2, .., 4 between which height and width of a level stay as they are. */
  private static double[] factorsWhereSizesChange(int level) {
    DoubleStream changes =
        DoubleStream.iterate(1, k -> k <= WIDTH, k -> k + 1)
            .flatMap(
                k ->
                    DoubleStream.of(
                        Math.pow(HEIGHT / k, 1.0 / level), Math.pow(WIDTH / k, 1.0 / level)))
            .filter(r -> level > 0 && r > 2 && r < 4);
    return DoubleStream.concat(DoubleStream.of(2, 4), changes).sorted().distinct().toArray();
  }

  /** The sum over both axes: {@code covariance += weight * rows (x) columns}. */
  private static void add(
      double[][] covariance, double weight, double[][] rows, double[][] columns) {
    for (int i = 0; i < ELEMENTS; i++) {
      for (int j = 0; j < ELEMENTS; j++) {
        covariance[i][j] += weight * rows[i / WIDTH][j / WIDTH] * columns[i % WIDTH][j % WIDTH];
      }
    }
  }

  /** {@code A A^T} of the operator that upsamples one axis. */
  private static double[][] gram(int coarse, int fine) {
    double[][] operator = upsampling(coarse, fine);
    double[][] gram = new double[fine][fine];
    for (int i = 0; i < fine; i++) {
      for (int j = 0; j < fine; j++) {
        for (int k = 0; k < coarse; k++) {
          gram[i][j] += operator[i][k] * operator[j][k];
        }
      }
    }
    return gram;
  }

  /** Linear interpolation between the centres of pixels, constant beyond the outermost. */
  private static double[][] upsampling(int coarse, int fine) {
    double[][] operator = new double[fine][coarse];
    for (int i = 0; i < fine; i++) {
      double place = Math.max(0, (i + 0.5) * coarse / fine - 0.5);
      int left = (int) place;
      int right = Math.min(left + 1, coarse - 1);
      operator[i][left] += 1 - (place - left);
      operator[i][right] += place - left;
    }
    return operator;
  }
}
