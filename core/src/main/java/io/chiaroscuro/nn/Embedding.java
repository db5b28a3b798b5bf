package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A table of vectors, looked up by number; may be continued. */
public final class Embedding {

  private final Weights weights;
  private final Tensor weight;

  /** Further vectors by the number of the first. */
  private final TreeMap<Long, Tensor> continuations = new TreeMap<>();

  /** Reads {@code weight} (count, features). */
  public Embedding(Weights weights, long count, long features) {
    this.weights = weights;
    this.weight = weights.get("weight", count, features);
  }

  /**
   * Ids from {@code first} on mean these vectors from now on, whatever the table holds there.
   * Gradients flow into them and leave the table alone.
   *
   * @param vectors (n, features) of any floating type; they stay the caller's, who {@linkplain
   *     #remove removes} them before closing them
   */
  public void put(long first, Tensor vectors) {
    continuations.put(first, vectors);
  }

  /** Undoes {@link #put}. */
  public void remove(Tensor vectors) {
    continuations.values().removeIf(known -> known == vectors);
  }

  /** The vectors of {@code ids} (int64, any shape), shape (..., features). */
  public Tensor forward(Tensor ids) {
    try (var scope = new TensorScope()) {
      if (continuations.isEmpty()) {
        return scope.keep(torch.embedding(weight, ids));
      }
      Tensor found = torch.embedding(weight, ids.clamp_max(new Scalar(weight.size(0) - 1)));
      for (Map.Entry<Long, Tensor> continuation : continuations.entrySet()) {
        found = found(ids.sub(new Scalar(continuation.getKey())), continuation.getValue(), found);
      }
      return scope.keep(found);
    }
  }

  /** The first {@code count} vectors of the table, (count, features). */
  public Tensor first(long count) {
    try (var scope = new TensorScope()) {
      return scope.keep(weight.narrow(0, 0, count));
    }
  }

  /** Vectors of a continuation where {@code ids}, counted from its first, are not negative. */
  private Tensor found(Tensor ids, Tensor continuation, Tensor otherwise) {
    try (var scope = new TensorScope()) {
      Tensor vectors = Tensors.to(continuation, weights.device(), weights.dtype());
      Tensor within = ids.clamp_min(new Scalar(0)).clamp_max(new Scalar(vectors.size(0) - 1));
      return scope.keep(
          torch.where(
              ids.ge(new Scalar(0)).unsqueeze(-1), torch.embedding(vectors, within), otherwise));
    }
  }
}
