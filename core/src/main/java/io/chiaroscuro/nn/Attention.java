package io.chiaroscuro.nn;

import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Scaled dot-product attention, {@code softmax(q k^T / sqrt(d)) v}, split into heads (<a
 * href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>).
 *
 * <p>Computed by libtorch's fused kernels, which never hold the whole matrix of scores and
 * accumulate them in float32 whatever the type of the inputs.
 */
public final class Attention {

  /** With fewer keys, those of a text for example, products are too small to pay. */
  private static final long LEAST_KEYS = 256;

  private Attention() {}

  /**
   * Every query sees every key.
   *
   * @param query (B, N, heads * d)
   * @param key (B, M, heads * d)
   * @param value (B, M, heads * d)
   * @return (B, N, heads * d)
   */
  public static Tensor attend(Tensor query, Tensor key, Tensor value, int heads) {
    return attend(query, key, value, heads, false);
  }

  /** As {@link #attend}, but position n sees only the positions up to n. */
  public static Tensor attendCausally(Tensor query, Tensor key, Tensor value, int heads) {
    return attend(query, key, value, heads, true);
  }

  private static Tensor attend(Tensor query, Tensor key, Tensor value, int heads, boolean causal) {
    return Profile.operator(
        Operator.ATTENTION,
        () -> computed(query, key, value, heads, causal),
        attended -> 4.0 * attended.numel() * key.size(1));
  }

  private static Tensor computed(
      Tensor query, Tensor key, Tensor value, int heads, boolean causal) {
    try (var scope = new TensorScope()) {
      Tensor attended =
          !causal && blocksPay(query, key, value)
              ? blocked(query, key, value, heads)
              : fused(query, key, value, heads, causal);
      return scope.keep(
          attended
              .transpose(1, 2)
              .reshape(query.size(0), query.size(1), query.size(2))
              .to(query.scalar_type()));
    }
  }

  private static Tensor blocked(Tensor query, Tensor key, Tensor value, int heads) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          BlockedAttention.attend(
                  split(query, heads).flatten(0, 1).contiguous(),
                  split(key, heads).flatten(0, 1),
                  split(value, heads).flatten(0, 1).contiguous())
              .map(attended -> attended.view(query.size(0), heads, query.size(1), -1))
              .orElseGet(() -> fused(query, key, value, heads, false)));
    }
  }

  private static Tensor fused(Tensor query, Tensor key, Tensor value, int heads, boolean causal) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          torch.scaled_dot_product_attention(
              split(computable(query), heads),
              split(computable(key), heads),
              split(computable(value), heads),
              new TensorOptional(),
              0,
              causal,
              new DoubleOptional(),
              false));
    }
  }

  private static boolean blocksPay(Tensor query, Tensor key, Tensor value) {
    return query.is_cpu()
        && DType.of(query) == DType.BFLOAT16
        && key.size(1) >= LEAST_KEYS
        && (OwnGradients.areOpen() || !Autograd.watches(query, key, value));
  }

  /**
   * On the CPU this build of libtorch multiplies half-precision matrices inside its attention
   * kernel one number at a time, some thirty times slower than in single precision.
   */
  private static Tensor computable(Tensor x) {
    return x.is_cpu() ? x.to(DType.FLOAT32.torch()) : x;
  }

  /** (B, N, heads * d) to (B, heads, N, d), without copying. */
  private static Tensor split(Tensor x, int heads) {
    return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
  }
}
