package io.chiaroscuro.nn;

import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** What is learnt from is computed by libtorch's own operators, for which it knows the gradient. */
final class Autograd {

  private Autograd() {}

  /**
   * Whether gradients are wanted of what is computed from these, be it only when a checkpointed
   * segment is computed again, which must give the same numbers.
   */
  static boolean watches(Tensor... tensors) {
    return GradientCheckpointing.isRunning() || Stream.of(tensors).anyMatch(Tensor::requires_grad);
  }
}
