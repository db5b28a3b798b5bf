package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * By {@linkplain MinimalFilter#FOUR a minimal filter} down the columns, for each part of which
 * libtorch convolves the rows: half the multiplications. Where channels are few and pictures large,
 * {@link Winograd2d}'s sums cost more than the products that they save.
 */
enum Winograd1d implements QuickConvolution {
  FOUR;

  private static final MinimalFilter DOWN = MinimalFilter.FOUR;

  /** That go through all steps together: few, so that they stay in the processor's cache. */
  private static final long NUMBERS = 1 << 22;

  /** Of a picture; with fewer, calls of libtorch cost what is saved. */
  private static final long LEAST_PIXELS = 256 * 256;

  private static final long[] ONE = {1, 1};
  private static final long[] ASIDE = {0, 1};

  @Override
  public long leastChannels() {
    return 128;
  }

  /** (parts * K, C, 1, 3), its channels innermost. */
  @Override
  public Tensor transformed(Tensor kernel) {
    try (var scope = new TensorScope()) {
      Tensor columns = kernel.to(DType.FLOAT32.torch()).transpose(2, 3);
      Tensor parts = torch.matmul(columns, DOWN.g().t()); // (K, C, across, parts)
      return scope.keep(
          parts
              .permute(3, 0, 1, 2)
              .flatten(0, 1)
              .unsqueeze(2)
              .to(kernel.scalar_type())
              .contiguous(torch.MemoryFormat.ChannelsLast));
    }
  }

  @Override
  public boolean paysFor(Tensor x) {
    return x.size(2) % DOWN.step() == 0 && x.size(2) * x.size(3) >= LEAST_PIXELS;
  }

  @Override
  public Tensor convolve(Tensor x, Tensor kernel, Tensor bias) {
    try (var scope = new TensorScope()) {
      Tensor pixels = x.permute(0, 2, 3, 1).contiguous();
      long tiles = x.size(2) / DOWN.step();
      Tensor y =
          QuickConvolution.empty(x, x.size(0), tiles, DOWN.results(), x.size(3), bias.size(0));
      long strip = Math.max(1, NUMBERS / (DOWN.step() * x.size(0) * x.size(1) * x.size(3)));
      Tensor biases =
          torch.outer(DOWN.ofOne(), bias.to(DType.FLOAT32.torch())).to(bias.scalar_type());
      for (long tile = 0; tile < tiles; tile += strip) {
        long count = Math.min(strip, tiles - tile);
        convolve(pixels, tile, kernel, biases, y.narrow(1, tile, count));
      }
      return scope.keep(y.flatten(1, 2).permute(0, 3, 1, 2));
    }
  }

  private static void convolve(Tensor x, long tile, Tensor kernel, Tensor biases, Tensor y) {
    try (var scope = new TensorScope()) {
      long tiles = y.size(1);
      Tensor rows = QuickConvolution.rows(x, tile * DOWN.step() - 1, tiles * DOWN.step() + 2, 0);
      Tensor v = QuickConvolution.empty(x, DOWN.parts(), x.size(0), tiles, x.size(2), x.size(3));
      DOWN.spread(DOWN.places(rows, 1, tiles), MinimalFilter.each(v, 0));
      Tensor[] m = new Tensor[DOWN.parts()];
      for (int part = 0; part < m.length; part++) {
        Tensor ofPart = kernel.narrow(0, part * y.size(4), y.size(4));
        m[part] =
            torch
                .conv2d(
                    v.select(0, part).permute(0, 3, 1, 2),
                    ofPart,
                    new TensorOptional(biases.select(0, part)),
                    ONE,
                    ASIDE,
                    ONE,
                    1)
                .permute(0, 2, 3, 1);
      }
      DOWN.gather(m, MinimalFilter.each(y, 2));
    }
  }
}
