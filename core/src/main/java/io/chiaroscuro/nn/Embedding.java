package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A table of vectors, looked up by number. */
public final class Embedding {

  private final Tensor weight;

  /** Reads {@code weight} (count, features). */
  public Embedding(Weights weights, long count, long features) {
    this.weight = weights.get("weight", count, features);
  }

  /** The vectors of {@code ids} (int64, any shape), shape (..., features). */
  public Tensor forward(Tensor ids) {
    try (var scope = new TensorScope()) {
      return scope.keep(torch.embedding(weight, ids));
    }
  }

  /** The first {@code count} vectors, (count, features). */
  public Tensor first(long count) {
    try (var scope = new TensorScope()) {
      return scope.keep(weight.narrow(0, 0, count));
    }
  }
}
