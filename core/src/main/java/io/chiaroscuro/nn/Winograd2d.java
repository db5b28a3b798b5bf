package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * By two {@linkplain MinimalFilter minimal filters}, one down the columns and one across (<a
 * href="https://arxiv.org/abs/1509.09308">Lavin and Gray 2016</a>): {@code A^T ((G g G^T) * (B^T d
 * B)) A}, where each element of {@code *}, over all channels, is a product of matrices.
 *
 * @param across one whose second part goes into each result of a tile once
 */
record Winograd2d(MinimalFilter down, MinimalFilter across) implements QuickConvolution {

  /** 3 multiplications for a result, where 9 are usual. */
  static final Winograd2d FOUR_BY_TWO = new Winograd2d(MinimalFilter.FOUR, MinimalFilter.TWO);

  /** 4 multiplications for a result, with less kernel to read; and the gradient by its input. */
  static final Winograd2d TWO_BY_TWO = new Winograd2d(MinimalFilter.TWO, MinimalFilter.TWO);

  /** Of a picture enlarged to twice its size by nearest neighbours, 2.25 multiplications. */
  static final Winograd2d OF_ENLARGED =
      new Winograd2d(MinimalFilter.TWO_OF_ENLARGED, MinimalFilter.TWO_OF_ENLARGED);

  /** Tiles that go through all steps together: few, so that they stay in the processor's cache. */
  private static final long TILES = 1024;

  /** Of a picture; with fewer, reading the larger kernels takes longer than is saved. */
  private static final long LEAST_TILES = 64;

  @Override
  public long leastChannels() {
    return 192;
  }

  /** (parts down * parts across, C, K). */
  @Override
  public Tensor transformed(Tensor kernel) {
    try (var scope = new TensorScope()) {
      Tensor exact = kernel.to(DType.FLOAT32.torch());
      Tensor parts = torch.matmul(torch.matmul(down.g(), exact), across.g().t());
      return scope.keep(
          parts.permute(2, 3, 1, 0).flatten(0, 1).to(kernel.scalar_type()).contiguous());
    }
  }

  @Override
  public boolean paysFor(Tensor x) {
    long height = x.size(2);
    long width = x.size(3);
    return height % down.step() == 0
        && width % across.step() == 0
        && (height / down.step()) * (width / across.step()) >= LEAST_TILES;
  }

  @Override
  public Tensor convolve(Tensor x, Tensor kernel, Tensor bias) {
    return convolve(
        x,
        kernel,
        bias,
        IntStream.range(0, down.parts()).toArray(),
        IntStream.range(0, across.parts()).toArray());
  }

  /**
   * The gradient of {@link #TWO_BY_TWO} by its input, (B, K, H, W) to (B, C, H, W), which is the
   * convolution with the mirrored kernel from its outputs to its inputs. Mirrored, the first row of
   * G is the last, and those between stay.
   */
  static Tensor gradient(Tensor output, Tensor kernel) {
    try (var scope = new TensorScope()) {
      int[] mirrored = {3, 1, 2, 0};
      Tensor nothing = torch.zeros(new long[] {kernel.size(1)}, output.options());
      return scope.keep(
          TWO_BY_TWO.convolve(output, kernel.transpose(1, 2), nothing, mirrored, mirrored));
    }
  }

  /**
   * @param rows where the kernel has the first part down, the second, and so on
   * @param columns the same across
   */
  private Tensor convolve(Tensor x, Tensor kernel, Tensor bias, int[] rows, int[] columns) {
    try (var scope = new TensorScope()) {
      Tensor pixels = x.permute(0, 2, 3, 1);
      long high = x.size(2) / down.step();
      long wide = x.size(3) / across.step();
      Tensor y =
          QuickConvolution.empty(
              x, x.size(0), high, down.results(), wide, across.results(), bias.size(0));
      long strip = Math.max(1, TILES / (x.size(0) * wide));
      for (long tile = 0; tile < high; tile += strip) {
        long count = Math.min(strip, high - tile);
        convolve(pixels, tile, kernel, bias, rows, columns, y.narrow(1, tile, count));
      }
      return scope.keep(y.flatten(3, 4).flatten(1, 2).permute(0, 3, 1, 2));
    }
  }

  private void convolve(
      Tensor x, long tile, Tensor kernel, Tensor bias, int[] rows, int[] columns, Tensor y) {
    try (var scope = new TensorScope()) {
      long high = y.size(1);
      long wide = y.size(3);
      Tensor d = QuickConvolution.rows(x, tile * down.step() - 1, high * down.step() + 2, 1);
      Tensor vertical =
          QuickConvolution.empty(x, down.parts(), x.size(0), high, d.size(2), d.size(3));
      down.spread(down.places(d, 1, high), ordered(vertical, rows));
      Tensor v =
          QuickConvolution.empty(x, down.parts(), across.parts(), x.size(0), high, wide, x.size(3));
      for (int row = 0; row < down.parts(); row++) {
        across.spread(
            across.places(vertical.select(0, row), 2, wide), ordered(v.select(0, row), columns));
      }
      Tensor m = v.flatten(2, 4).flatten(0, 1).bmm(kernel);
      m = m.view(down.parts(), across.parts(), x.size(0), high, wide, bias.size(0));
      Tensor lines =
          QuickConvolution.empty(
              x, down.results(), across.parts(), x.size(0), high, wide, bias.size(0));
      down.gather(ordered(m, rows), MinimalFilter.each(lines, 0));
      lines.select(1, columns[1]).add_(bias);
      for (int line = 0; line < down.results(); line++) {
        across.gather(
            ordered(lines.select(0, line), columns), MinimalFilter.each(y.select(2, line), 3));
      }
    }
  }

  private static Tensor[] ordered(Tensor x, int[] order) {
    return IntStream.of(order).mapToObj(part -> x.select(0, part)).toArray(Tensor[]::new);
  }
}
