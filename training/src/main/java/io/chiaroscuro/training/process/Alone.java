package io.chiaroscuro.training.process;

import java.util.Collection;
import org.bytedeco.pytorch.Tensor;

/** One process: its mean is what it has. */
record Alone() implements ProcessGroup {

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void average(Collection<Tensor> tensors) {}

  @Override
  public void broadcast(Collection<Tensor> tensors) {}

  @Override
  public void barrier() {}

  @Override
  public void close() {}
}
