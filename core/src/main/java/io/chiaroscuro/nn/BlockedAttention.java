package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * exponentials' sum is M at least (Jensen), so that they need not be shifted by the row's largest.
 */
final class BlockedAttention {

  /** Queries or keys, over all heads, whose scores are held at a time. */
  private static final long ROWS = 512;

  /** Of exponentials: up to here nothing overflows, neither in bfloat16 nor in float32. */
  private static final float LARGEST_SUM = 1e30f;

  /** Of a matrix, that processors' registers hold: a full number of them is multiplied quickest. */
  private static final long COLUMNS = 16;

  private BlockedAttention() {}

  /**
   * {@code softmax(q k^T / sqrt(d)) v}, with {@linkplain OwnGradients its gradient}.
   *
   * @param query (heads, N, d)
   * @param key (heads, M, d)
   * @param value (heads, M, d)
   * @return (heads, N, d); nothing if scores are so large that their exponentials overflow
   */
  static Optional<Tensor> attend(Tensor query, Tensor key, Tensor value) {
    try (var scope = new TensorScope()) {
      Tensor keys = centred(key.detach());
      Tensor sums = sums(query.detach(), keys, value.detach());
      Tensor totals = sums.narrow(2, value.size(2), 1).contiguous();
      if (!(totals.max().item_float() <= LARGEST_SUM)) {
        return Optional.empty();
      }
      Tensor attended = sums.narrow(2, 0, value.size(2)).div(totals);
      return Optional.of(
          scope.keep(
              OwnGradients.join(
                  attended,
                  List.of(query, key, value),
                  BlockedAttention::gradients,
                  query.detach(),
                  keys,
                  value.detach(),
                  attended,
                  totals)));
    }
  }

  /** {@code e [v, 1]} for {@code e = exp(q k^T)}: (heads, N, more than d). */
  private static Tensor sums(Tensor query, Tensor keys, Tensor value) {
    try (var scope = new TensorScope()) {
      Tensor columns = turned(keys);
      Tensor valuesAndOnes = withOnes(value, COLUMNS - value.size(2) % COLUMNS);
      Tensor sums = empty(query, query.size(0), query.size(1), valuesAndOnes.size(2));
      for (Block block : Block.of(query)) {
        try (var inner = new TensorScope()) {
          Tensor e = block.rows(query).bmm(block.heads(columns)).exp_();
          torch.bmm_out(block.rows(sums), e, block.heads(valuesAndOnes));
        }
      }
      return scope.keep(sums);
    }
  }

  /**
   * By q, k and v: for weights P, that is e over its total, output O and the gradient dO by it
   *
   * <pre>{@code
   * dV = P^T dO,  dS = P * (dO V^T - rowsum(dO * O)),  dQ = dS K,  dK = dS^T Q
   * }</pre>
   *
   * (<a href="https://arxiv.org/abs/2205.14135">FlashAttention</a>, B.2). dO is divided by the
   * totals first, so that e stands for P; sums of rows are subtracted within the product with
   * values, in two pieces that together are as exact as its float32 sums. Blocks are of keys, where
   * most products find their matrices lying as they need them.
   */
  private static Tensor[] gradients(Tensor output, Tensor... saved) {
    try (var scope = new TensorScope()) {
      Tensor query = saved[0];
      Tensor keys = saved[1];
      Tensor value = saved[2];
      Tensor attended = saved[3];
      Tensor totals = saved[4];
      Tensor scaled = output.div(totals);
      Tensor exact = sumOfRows(scaled.to(DType.FLOAT32.torch()).mul(attended)).neg();
      Tensor high = exact.to(output.scalar_type());
      Tensor low = exact.sub(high).to(output.scalar_type());
      Tensor scaledAndSums = turned(torch.cat(new TensorVector(scaled, high, low), 2));
      Tensor valuesAndOnes = withOnes(value, 2);
      Tensor queries = turned(query);
      Tensor byQuery = torch.zeros_like(query.to(DType.FLOAT32.torch()));
      Tensor byKey = torch.empty_like(keys);
      Tensor byValue = torch.empty_like(value);
      for (Block block : Block.of(keys)) {
        try (var inner = new TensorScope()) {
          Tensor e = block.rows(keys).bmm(block.heads(queries)).exp_();
          torch.bmm_out(block.rows(byValue), e, block.heads(scaled));
          Tensor ds = e.mul_(block.rows(valuesAndOnes).bmm(block.heads(scaledAndSums)));
          torch.bmm_out(block.rows(byKey), ds, block.heads(query));
          block.heads(byQuery).add_(ds.transpose(1, 2).bmm(block.rows(keys)));
        }
      }
      return new Tensor[] {
        scope.keep(byQuery.to(query.scalar_type())),
        scope.keep(byKey.mul_(scale(query))),
        scope.keep(byValue)
      };
    }
  }

  /** Less their mean, and divided by the root of d, rounded once. */
  private static Tensor centred(Tensor key) {
    try (var scope = new TensorScope()) {
      Tensor exact = key.to(DType.FLOAT32.torch());
      Tensor mean = exact.mean(new long[] {1}, true, new ScalarTypeOptional());
      return scope.keep(exact.sub(mean).mul_(scale(key)).to(key.scalar_type()));
    }
  }

  private static Scalar scale(Tensor query) {
    return new Scalar(1 / Math.sqrt(query.size(2)));
  }

  private static Tensor sumOfRows(Tensor x) {
    return x.sum(new long[] {2}, true, new ScalarTypeOptional());
  }

  private static Tensor turned(Tensor x) {
    return x.transpose(1, 2).contiguous();
  }

  private static Tensor withOnes(Tensor x, long count) {
    try (var scope = new TensorScope()) {
      Tensor one = torch.ones_like(x.narrow(2, 0, 1));
      return scope.keep(torch.cat(new TensorVector(x, one.expand(-1, -1, count)), 2));
    }
  }

  private static Tensor empty(Tensor like, long... shape) {
    return torch.empty(shape, like.options(), new MemoryFormatOptional());
  }

  /** Some rows of a head or, where these are few, all rows of some heads. */
  private record Block(long head, long heads, long row, long rows) {

    /** All of (heads, rows, d). */
    static List<Block> of(Tensor x) {
      long rows = Math.min(ROWS, x.size(1));
      long heads = ROWS / rows;
      List<Block> blocks = new ArrayList<>();
      for (long head = 0; head < x.size(0); head += heads) {
        for (long row = 0; row < x.size(1); row += rows) {
          blocks.add(
              new Block(
                  head, Math.min(heads, x.size(0) - head), row, Math.min(rows, x.size(1) - row)));
        }
      }
      return blocks;
    }

    Tensor rows(Tensor x) {
      return heads(x).narrow(1, row, rows);
    }

    Tensor heads(Tensor x) {
      return x.narrow(0, head, heads);
    }
  }
}
