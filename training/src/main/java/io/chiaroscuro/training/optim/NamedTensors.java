package io.chiaroscuro.training.optim;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Values of one set of named tensors put into another. */
public final class NamedTensors {

  private NamedTensors() {}

  /**
   * Copies every value of {@code from} into its namesake.
   *
   * @param what names {@code from} in messages
   * @throws InvalidInputException if names or shapes are not the same; nothing is copied then
   */
  public static void copy(Map<String, Tensor> from, Map<String, Tensor> into, String what) {
    into.forEach(
        (name, tensor) -> {
          Tensor source = from.get(name);
          if (source == null || !Arrays.equals(Tensors.shape(source), Tensors.shape(tensor))) {
            throw new InvalidInputException(
                "%s has %s for '%s', which is %s here; resume with the settings it was made with."
                    .formatted(
                        what,
                        source == null ? "nothing" : Arrays.toString(Tensors.shape(source)),
                        name,
                        Arrays.toString(Tensors.shape(tensor))));
          }
        });
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      into.forEach((name, tensor) -> tensor.copy_(from.get(name)));
    }
  }
}
