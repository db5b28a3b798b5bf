package io.chiaroscuro.checkpoint;

import io.chiaroscuro.tensor.TensorScope;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * What a layer computes from a weight once, when it is first needed, and again after the weight was
 * changed, in place by training or replaced by a merged LoRA. It belongs to the {@link Weights}.
 */
public final class DerivedTensor {

  private final Tensor source;
  private final UnaryOperator<Tensor> derivation;
  private Tensor value;

  /** What {@code value} was computed from; held, so that no other tensor is taken for it. */
  private Tensor origin;

  private long version;

  DerivedTensor(Tensor source, UnaryOperator<Tensor> derivation) {
    this.source = source;
    this.derivation = derivation;
  }

  /** The tensor, which must not be closed; safe on several threads while none changes weights. */
  public synchronized Tensor get() {
    if (value == null || !origin.is_same(source) || version != source._version()) {
      close();
      try (var scope = new TensorScope()) {
        value = scope.own(derivation.apply(source));
        origin = scope.own(new Tensor(source));
      }
      version = source._version();
    }
    return value;
  }

  synchronized void close() {
    if (value != null) {
      value.close();
      origin.close();
      value = null;
    }
  }
}
