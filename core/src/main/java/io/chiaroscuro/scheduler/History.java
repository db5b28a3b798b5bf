package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.pytorch.Tensor;

/** The last few tensors of a run, which a multistep sampler extrapolates from; owns them. */
final class History implements AutoCloseable {

  private final int capacity;
  private final Deque<Tensor> latestFirst = new ArrayDeque<>();

  History(int capacity) {
    this.capacity = capacity;
  }

  /** Remembers {@code tensor} as the latest; forgets the oldest where there are too many. */
  void push(Tensor tensor) {
    try (var scope = new TensorScope()) {
      // A handle of our own on the same storage: the argument belongs to the caller.
      latestFirst.addFirst(scope.own(new Tensor(tensor)));
    }
    if (latestFirst.size() > capacity) {
      latestFirst.removeLast().close();
    }
  }

  int size() {
    return latestFirst.size();
  }

  /** The tensor pushed {@code ago} pushes before the latest, which is 0. */
  Tensor get(int ago) {
    return latestFirst.stream().skip(ago).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    latestFirst.forEach(Tensor::close);
    latestFirst.clear();
  }
}
