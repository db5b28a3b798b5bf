package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention by products of bfloat16 matrices, on processors that have instructions for them: some
 * queries at a time, so that their scores stay in the cache.
 *
 * <p>Scores are rounded to bfloat16 before the softmax, by as much as they are large. A softmax
 * does not see what is added to a whole row, so keys are taken less their mean first, which leaves
 * small scores (as <a href="https://arxiv.org/abs/2410.02367">SageAttention</a> does).
 */
final class BlockedAttention {

  /** Queries, over all heads, whose scores are held at a time. */
  private static final long QUERIES = 512;

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
              part(value, 0, head, heads),
              part(part(attended, 0, head, heads), 1, row, rows));
        }
      }
      return scope.keep(attended);
    }
  }

  private static void attend(Tensor query, Tensor columns, Tensor value, Tensor attended) {
    try (var scope = new TensorScope()) {
      torch.bmm_out(attended, query.bmm(columns).softmax(2), value);
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
