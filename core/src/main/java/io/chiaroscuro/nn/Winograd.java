package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Convolution by 3 x 3 kernels, padded by one, with fewer multiplications (<a
 * href="https://arxiv.org/abs/1509.09308">Lavin and Gray 2016</a>, F(2 x 2, 3 x 3)).
 *
 * <p>A tile of 2 x 2 results needs the 4 x 4 pixels d around it: {@code A^T ((G g G^T) * (B^T d B))
 * A}, where {@code *} goes element by element. Over all channels these are 16 products of matrices,
 * 4 multiplications a result where 9 are usual. B and A hold 0, 1 and -1 alone.
 *
 * <p>In exact arithmetic this is the convolution. In bfloat16 what is rounded between the steps
 * makes its error three times that of libtorch's own.
 */
enum Winograd {
  /** The picture keeps its size. */
  SAME_SIZE(2, new float[] {1, 0, 0, .5f, .5f, .5f, .5f, -.5f, .5f, 0, 0, 1}) {
    @Override
    void spread(Tensor[] d, Tensor[] to) {
      torch.sub_out(to[0], d[0], d[2]);
      torch.add_out(to[1], d[1], d[2]);
      torch.sub_out(to[2], d[2], d[1]);
      torch.sub_out(to[3], d[1], d[3]);
    }

    @Override
    void gather(Tensor[] m, Tensor even, Tensor odd) {
      torch.add_out(even, m[0], m[1]).add_(m[2]);
      torch.sub_out(odd, m[1], m[2]).sub_(m[3]);
    }
  },

  /**
   * The picture is first enlarged to twice its size by nearest neighbours. Of the pixels around a
   * tile the two in the middle are equal then, which leaves three sums of four, the second's factor
   * of two being the kernel's: 9 products, 2.25 multiplications a result.
   */
  TWICE_THE_SIZE(1, new float[] {1, 0, 0, 1, 1, 1, 0, 0, 1}) {
    @Override
    void spread(Tensor[] d, Tensor[] to) {
      torch.sub_out(to[0], d[0], d[1]);
      to[1].copy_(d[1]);
      torch.sub_out(to[2], d[1], d[2]);
    }

    @Override
    void gather(Tensor[] m, Tensor even, Tensor odd) {
      torch.add_out(even, m[0], m[1]);
      torch.sub_out(odd, m[1], m[2]);
    }
  };

  /** Tiles that go through all steps together: few, so that they stay in the processor's cache. */
  private static final long TILES = 1024;

  /** Of a picture; with fewer, reading the larger kernels takes longer than is saved. */
  private static final long LEAST_TILES = 64;

  /** Coming in and going out; with fewer, sums take longer than is saved on products. */
  private static final long LEAST_CHANNELS = 192;

  /** Pixels from one tile to the next. */
  private final int step;

  private final float[] g;

  Winograd(int step, float[] g) {
    this.step = step;
    this.g = g;
  }

  /** {@code B^T d} along one axis: {@code d} lies at the pixels of all tiles. */
  abstract void spread(Tensor[] d, Tensor[] to);

  /** {@code A^T m} along one axis: each tile's results of even and of odd place. */
  abstract void gather(Tensor[] m, Tensor even, Tensor odd);

  private int parts() {
    return g.length / 3;
  }

  /** {@code G g G^T}: of a kernel (K, C, 3, 3) what {@link #convolve} takes, (parts^2, C, K). */
  Tensor transformed(Tensor kernel) {
    try (var scope = new TensorScope()) {
      Tensor g = Tensors.of(this.g, parts(), 3);
      Tensor sides = torch.matmul(torch.matmul(g, kernel.to(DType.FLOAT32.torch())), g.t());
      return scope.keep(
          sides
              .permute(2, 3, 1, 0)
              .reshape(parts() * parts(), kernel.size(1), kernel.size(0))
              .to(kernel.scalar_type())
              .contiguous());
    }
  }

  /** Whether it may be quicker than libtorch's convolution with this kernel (K, C, 3, 3). */
  static boolean paysWith(Tensor kernel) {
    return kernel.is_cpu()
        && DType.of(kernel) == DType.BFLOAT16
        && Math.min(kernel.size(0), kernel.size(1)) >= LEAST_CHANNELS;
  }

  /**
   * Whether it is quicker for pictures (B, C, H, W), and they consist of whole tiles. The batch
   * does not matter: a picture is computed alike in each.
   */
  boolean paysFor(Tensor x) {
    long height = x.size(2);
    long width = x.size(3);
    return height % step == 0
        && width % step == 0
        && (height / step) * (width / step) >= LEAST_TILES;
  }

  /**
   * (B, C, H, W) to (B, K, 2 H / step, 2 W / step), its channels innermost.
   *
   * @param kernel {@linkplain #transformed transformed}
   * @param bias (K)
   */
  Tensor convolve(Tensor x, Tensor kernel, Tensor bias) {
    return convolve(x, kernel, bias, IntStream.range(0, parts()).toArray());
  }

  /**
   * The gradient of {@link #SAME_SIZE} by its input, (B, K, H, W) to (B, C, H, W), which is the
   * convolution with the mirrored kernel from its outputs to its inputs. Mirrored, the first row of
   * G is the last, and those between stay.
   */
  Tensor gradient(Tensor output, Tensor kernel) {
    try (var scope = new TensorScope()) {
      int[] mirrored = IntStream.range(0, parts()).toArray();
      mirrored[0] = parts() - 1;
      mirrored[parts() - 1] = 0;
      Tensor nothing = torch.zeros(new long[] {kernel.size(1)}, output.options());
      return scope.keep(convolve(output, kernel.transpose(1, 2), nothing, mirrored));
    }
  }

  /**
   * @param order where the kernel has the first part of a side, the second, and so on
   */
  private Tensor convolve(Tensor x, Tensor kernel, Tensor bias, int[] order) {
    try (var scope = new TensorScope()) {
      long batch = x.size(0);
      long rows = x.size(2) / step;
      long columns = x.size(3) / step;
      Tensor padded = padded(x);
      Tensor y = empty(x, batch, rows, 2, columns, 2, kernel.size(2));
      long strip = Math.max(1, TILES / (batch * columns));
      for (long row = 0; row < rows; row += strip) {
        long count = Math.min(strip, rows - row);
        convolve(padded, row, kernel, bias, order, part(y, 1, row, count, 1));
      }
      return scope.keep(y.view(batch, 2 * rows, 2 * columns, kernel.size(2)).permute(0, 3, 1, 2));
    }
  }

  /** (B, C, H, W) as (B, H + 2, W + 2, C), with zeros around. */
  private static Tensor padded(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor padded = empty(x, x.size(0), x.size(2) + 2, x.size(3) + 2, x.size(1)).zero_();
      part(part(padded, 1, 1, x.size(2), 1), 2, 1, x.size(3), 1).copy_(x.permute(0, 2, 3, 1));
      return scope.keep(padded);
    }
  }

  private void convolve(
      Tensor padded, long row, Tensor kernel, Tensor bias, int[] order, Tensor y) {
    try (var scope = new TensorScope()) {
      long batch = y.size(0);
      long rows = y.size(1);
      long columns = y.size(3);
      int parts = parts();
      Tensor vertical = empty(y, parts, batch, rows, padded.size(2), padded.size(3));
      spread(pixels(padded, 1, row * step, rows), parts(vertical, order));
      Tensor v = empty(y, parts, parts, batch, rows, columns, padded.size(3));
      for (int part = 0; part < parts; part++) {
        spread(pixels(vertical.select(0, part), 2, 0, columns), parts(v.select(0, part), order));
      }
      Tensor m = torch.bmm(v.view(parts * parts, -1, padded.size(3)), kernel);
      m.select(0, parts + 1).add_(bias); // which goes into each result of a tile once
      m = m.view(parts, parts, batch, rows, columns, kernel.size(2));
      Tensor halves = empty(y, 2, parts, batch, rows, columns, kernel.size(2));
      gather(parts(m, order), halves.select(0, 0), halves.select(0, 1));
      for (int half = 0; half < 2; half++) {
        Tensor line = y.select(2, half);
        gather(parts(halves.select(0, half), order), line.select(3, 0), line.select(3, 1));
      }
    }
  }

  private static Tensor[] parts(Tensor x, int[] order) {
    return IntStream.of(order).mapToObj(part -> x.select(0, part)).toArray(Tensor[]::new);
  }

  /** Along an axis, from {@code first} on: the pixels that each of {@code count} tiles begins. */
  private Tensor[] pixels(Tensor x, int axis, long first, long count) {
    Tensor[] d = new Tensor[step + 2];
    for (int place = 0; place < d.length; place++) {
      d[place] = part(x, axis, first + place, count, step);
    }
    return d;
  }

  /** Along an axis, from {@code first} on, {@code count} elements that lie so far apart. */
  private static Tensor part(Tensor x, int axis, long first, long count, long apart) {
    return x.slice(
        axis, new LongOptional(first), new LongOptional(first + apart * (count - 1) + 1), apart);
  }

  private static Tensor empty(Tensor like, long... shape) {
    return torch.empty(shape, like.options(), new MemoryFormatOptional());
  }
}
