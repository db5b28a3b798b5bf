package io.chiaroscuro.nn;

import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * What is learnt from is computed by operators that know their gradient: libtorch's own, and where
 * {@link OwnGradients} are open, ours.
 */
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
