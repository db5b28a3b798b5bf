package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A way of convolving pictures with 3 x 3 kernels, padded by one, that is quicker than libtorch's
 * where it pays: in bfloat16 on processors, for many channels. In exact arithmetic the result is
 * the same; in bfloat16 what is rounded between the steps makes its error some times that of
 * libtorch's own.
 */
interface QuickConvolution {

  /** Of a kernel (K, C, 3, 3) what {@link #convolve} takes. */
  Tensor transformed(Tensor kernel);

  /** Channels coming in and going out; with fewer, sums take longer than is saved on products. */
  long leastChannels();

  /**
   * Whether it is quicker for pictures (B, C, H, W), and they consist of whole tiles. The batch
   * does not matter: a picture is computed alike in each.
   */
  boolean paysFor(Tensor x);

  /**
   * (B, C, H, W) to (B, K, H', W'), its channels innermost.
   *
   * @param kernel {@linkplain #transformed transformed}
   * @param bias (K)
   */
  Tensor convolve(Tensor x, Tensor kernel, Tensor bias);

  /** Whether it may be quicker than libtorch's convolution with this kernel (K, C, 3, 3). */
  default boolean paysWith(Tensor kernel) {
    return kernel.is_cpu()
        && DType.of(kernel) == DType.BFLOAT16
        && Math.min(kernel.size(0), kernel.size(1)) >= leastChannels();
  }

  /** Of (B, H, W, C) some rows, with zeros for what lies outside, and at both sides if wanted. */
  static Tensor rows(Tensor x, long first, long count, long aside) {
    try (var scope = new TensorScope()) {
      long above = Math.max(0, -first);
      long below = Math.max(0, first + count - x.size(1));
      long inside = count - above - below;
      Tensor within = x.narrow(1, first + above, inside);
      if (above + below + aside == 0) {
        return scope.keep(within);
      }
      Tensor rows = empty(x, x.size(0), count, x.size(2) + 2 * aside, x.size(3));
      rows.narrow(1, 0, above).zero_();
      rows.narrow(1, above + inside, below).zero_();
      rows.narrow(2, 0, aside).zero_();
      rows.narrow(2, aside + x.size(2), aside).zero_();
      rows.narrow(1, above, inside).narrow(2, aside, x.size(2)).copy_(within);
      return scope.keep(rows);
    }
  }

  static Tensor empty(Tensor like, long... shape) {
    return torch.empty(shape, like.options(), new MemoryFormatOptional());
  }
}
