package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Filters of three numbers g along one axis, with fewer multiplications (Winograd 1980; <a
 * href="https://arxiv.org/abs/1509.09308">Lavin and Gray 2016</a>): some results y next to each
 * other, a tile, from the numbers d around them are {@code y = A^T ((G g) * (B^T d))}, where {@code
 * *} goes element by element.
 */
enum MinimalFilter {
  /** F(2, 3): two results by 4 multiplications, where 6 are usual. B and A hold 0, 1, -1 alone. */
  TWO(2, 2, new double[][] {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}}, 0, 1, 0, 0) {
    @Override
    void spread(Tensor[] d, Tensor[] to) {
      torch.sub_out(to[0], d[0], d[2]);
      torch.add_out(to[1], d[1], d[2]);
      torch.sub_out(to[2], d[2], d[1]);
      torch.sub_out(to[3], d[1], d[3]);
    }

    @Override
    void gather(Tensor[] m, Tensor[] y) {
      torch.add_out(y[0], m[0], m[1]).add_(m[2]);
      torch.sub_out(y[1], m[1], m[2]).sub_(m[3]);
    }
  },

  /**
   * F(4, 3): four results by 6 multiplications, where 12 are usual. Its polynomials are taken at 0,
   * infinity and four points that make its error the least: 5/8 and 3/2 of both signs. In bfloat16
   * it is 6e-3, of a direct filter 1.7e-3, and with the usual points, 1 and 2, twice as large
   * (benchmarks/NOTES.md). A is scaled so that its second row holds 1 alone, and G with it.
   */
  FOUR(
      4,
      4,
      ofFour(Points.NEAR, Points.FAR),
      1 - 1 / (Points.NEAR * Points.NEAR),
      (1 + 1 / Points.NEAR) / 2,
      (1 - 1 / Points.NEAR) / 2,
      0,
      0,
      1 - Points.NEAR * Points.NEAR) {
    @Override
    void spread(Tensor[] d, Tensor[] to) {
      double near = Points.NEAR * Points.NEAR;
      double far = Points.FAR * Points.FAR;
      torch.sub_out(to[0], d[4], d[2], new Scalar(near + far)).add_(d[0], new Scalar(near * far));
      torch.sub_out(to[5], d[5], d[3], new Scalar(near + far)).add_(d[1], new Scalar(near * far));
      try (var scope = new TensorScope()) {
        Tensor even = torch.sub(d[4], d[2], new Scalar(far));
        Tensor odd = torch.sub(d[3], d[1], new Scalar(far));
        torch.add_out(to[1], even, odd, new Scalar(Points.NEAR));
        torch.sub_out(to[2], even, odd, new Scalar(Points.NEAR));
        torch.sub_out(even, d[4], d[2], new Scalar(near));
        torch.sub_out(odd, d[3], d[1], new Scalar(near));
        torch.add_out(to[3], even, odd, new Scalar(Points.FAR));
        torch.sub_out(to[4], even, odd, new Scalar(Points.FAR));
      }
    }

    @Override
    void gather(Tensor[] m, Tensor[] y) {
      double near = Points.NEAR * Points.NEAR;
      double far = Points.FAR * Points.FAR;
      try (var scope = new TensorScope()) {
        Tensor ofNear = m[1].sub(m[2]);
        Tensor ofFar = m[3].sub(m[4]);
        torch.add_out(y[0], m[0], ofNear, new Scalar(1 / Points.NEAR));
        y[0].add_(ofFar, new Scalar(1 / Points.FAR));
        torch.add_out(y[2], ofNear.mul_(new Scalar(Points.NEAR)), ofFar, new Scalar(Points.FAR));
        torch.add_out(ofNear, m[1], m[2]);
        torch.add_out(ofFar, m[3], m[4]);
        torch.add_out(y[1], ofNear, ofFar);
        torch.add_out(y[3], m[5], ofNear, new Scalar(near)).add_(ofFar, new Scalar(far));
      }
    }
  },

  /**
   * Two results for each number of the input, which is first enlarged to twice its size by nearest
   * neighbours. Of the four around a tile the two in the middle are equal then, which leaves three
   * sums, the second's factor of two being the filter's: 3 multiplications.
   */
  TWO_OF_ENLARGED(1, 2, new double[][] {{1, 0, 0}, {1, 1, 1}, {0, 0, 1}}, 0, 1, 0) {
    @Override
    void spread(Tensor[] d, Tensor[] to) {
      torch.sub_out(to[0], d[0], d[1]);
      to[1].copy_(d[1]);
      torch.sub_out(to[2], d[1], d[2]);
    }

    @Override
    void gather(Tensor[] m, Tensor[] y) {
      torch.add_out(y[0], m[0], m[1]);
      torch.sub_out(y[1], m[1], m[2]);
    }
  };

  private static final class Points {
    static final double NEAR = 5 / 8.0;
    static final double FAR = 3 / 2.0;
  }

  private final int step;
  private final int results;
  private final double[][] g;
  private final double[] ofOne;

  MinimalFilter(int step, int results, double[][] g, double... ofOne) {
    this.step = step;
    this.results = results;
    this.g = g;
    this.ofOne = ofOne;
  }

  /**
   * {@code B^T d}.
   *
   * @param d at each place around a tile, those of all tiles
   * @param to at each part, those of all tiles
   */
  abstract void spread(Tensor[] d, Tensor[] to);

  /**
   * {@code A^T m}.
   *
   * @param m at each part, those of all tiles
   * @param y at each place of a tile, those of all tiles
   */
  abstract void gather(Tensor[] m, Tensor[] y);

  /** Numbers from one tile of the input to the next. */
  int step() {
    return step;
  }

  /** In a tile. */
  int results() {
    return results;
  }

  /** Multiplications for a tile. */
  int parts() {
    return g.length;
  }

  /** G, (parts, 3), in float32. */
  Tensor g() {
    return float32(Arrays.stream(g).flatMapToDouble(Arrays::stream).toArray(), g.length, 3);
  }

  /** What is to be added to each of the parts for one to be added to each result, in float32. */
  Tensor ofOne() {
    return float32(ofOne, ofOne.length);
  }

  private static Tensor float32(double[] values, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(Tensors.of(values, shape).to(DType.FLOAT32.torch()));
    }
  }

  /** Along an axis of {@link #parts} or {@link #results}. */
  static Tensor[] each(Tensor x, int axis) {
    return LongStream.range(0, x.size(axis))
        .mapToObj(i -> x.select(axis, i))
        .toArray(Tensor[]::new);
  }

  /** Along an axis that begins one before the first tile: the places around each of the tiles. */
  Tensor[] places(Tensor x, int axis, long tiles) {
    return IntStream.range(0, step + 2)
        .mapToObj(
            place ->
                x.slice(
                    axis,
                    new LongOptional(place),
                    new LongOptional(place + step * (tiles - 1) + 1),
                    step))
        .toArray(Tensor[]::new);
  }

  /**
   * For points p: {@code p (1, p, p^2) / product of its distances to the others}; the factor p is
   * A's.
   */
  private static double[][] ofFour(double near, double far) {
    double[][] g = new double[6][3];
    g[0][0] = 1 / (near * near * far * far);
    double[] points = {near, -near, far, -far};
    for (int i = 0; i < points.length; i++) {
      double p = points[i];
      double distances = 2 * p * p * (i < 2 ? near * near - far * far : far * far - near * near);
      for (int power = 0; power < 3; power++) {
        g[i + 1][power] = Math.pow(p, power + 1) / distances;
      }
    }
    g[5][2] = 1;
    return g;
  }
}
