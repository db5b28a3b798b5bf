package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention by products of bfloat16 matrices, on processors that have instructions for them: some
 * queries at a time, so that their scores stay in the cache.
 *
 * <p>A softmax does not see what is added to a whole row, so keys are taken less their mean first.
 * Scores are smaller then, and rounded by less (as in <a
 * href="https://arxiv.org/abs/2410.02367">SageAttention</a>). And as the mean of a row is 0, its
 * exponentials' sum is M at least (Jensen), so that they need not be shifted by the row's largest:
 * only where they become too large libtorch's softmax is taken.
 */
final class BlockedAttention {

  /** Queries, over all heads, whose scores are held at a time. */
  private static final long QUERIES = 512;

  /** Of exponentials: up to here nothing overflows, neither in bfloat16 nor in float32. */
  private static final float LARGEST_SUM = 1e30f;

  /** Of a matrix, that processors' registers hold: a full number of them is multiplied quickest. */
  private static final long COLUMNS = 16;

  private BlockedAttention() {}

  /**
   * {@code softmax(q k^T / sqrt(d)) v}.
   *
   * @param query (heads, N, d)
   * @param key (heads, M, d)
   * @param value (heads, M, d)
   * @return (heads, N, d)
   */
  static Tensor attend(Tensor query, Tensor key, Tensor value) {
    try (var scope = new TensorScope()) {
      Tensor columns = centred(key).transpose(1, 2).contiguous();
      Tensor ones = torch.ones_like(value.narrow(2, 0, 1));
      Tensor valuesAndOnes =
          torch.cat(
              new TensorVector(value, ones.expand(-1, -1, COLUMNS - value.size(2) % COLUMNS)), 2);
      Tensor attended =
          torch.empty_like(
              query, query.options(), new MemoryFormatOptional(torch.MemoryFormat.Contiguous));
      long rows = Math.min(QUERIES, query.size(1));
      long heads = QUERIES / rows;
      for (long head = 0; head < query.size(0); head += heads) {
        for (long row = 0; row < query.size(1); row += rows) {
          attend(
              part(part(query, 0, head, heads), 1, row, rows),
              part(columns, 0, head, heads),
              part(valuesAndOnes, 0, head, heads),
              part(part(attended, 0, head, heads), 1, row, rows));
        }
      }
      return scope.keep(attended);
    }
  }

  private static void attend(Tensor query, Tensor columns, Tensor valuesAndOnes, Tensor attended) {
    try (var scope = new TensorScope()) {
      long d = attended.size(2);
      Tensor sums = query.bmm(columns).exp_().bmm(valuesAndOnes);
      Tensor total = sums.narrow(2, d, 1);
      if (total.max().item_float() <= LARGEST_SUM) {
        torch.div_out(attended, sums.narrow(2, 0, d), total);
      } else {
        attended.copy_(query.bmm(columns).softmax(2).bmm(valuesAndOnes.narrow(2, 0, d)));
      }
    }
  }

  /** Less their mean, and divided by the root of d, rounded once. */
  private static Tensor centred(Tensor key) {
    try (var scope = new TensorScope()) {
      Tensor exact = key.to(DType.FLOAT32.torch());
      Tensor mean = exact.mean(new long[] {1}, true, new ScalarTypeOptional());
      return scope.keep(
          exact.sub(mean).mul_(new Scalar(1 / Math.sqrt(key.size(2)))).to(key.scalar_type()));
    }
  }

  private static Tensor part(Tensor x, int axis, long from, long count) {
    return x.slice(
        axis, new LongOptional(from), new LongOptional(Math.min(from + count, x.size(axis))), 1);
  }
}
