package io.chiaroscuro.training.optim;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The named tensors that are learnt: leaves of the graph, float32. They stay those of the networks
 * they were taken from, which owns them, and are changed in place.
 */
public final class Parameters {

  private final Map<String, Tensor> tensors;

  /**
   * Lets gradients flow into these tensors from now on.
   *
   * @throws IllegalArgumentException if one is not float32
   */
  public Parameters(Map<String, Tensor> tensors) {
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    this.tensors.forEach(
        (name, tensor) -> {
          if (DType.of(tensor) != DType.FLOAT32) {
            throw new IllegalArgumentException(
                "'%s' is %s; only float32 is learnt.".formatted(name, DType.of(tensor)));
          }
          tensor.set_requires_grad(true);
        });
  }

  /** By name, in the order given. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** How many numbers are learnt. */
  public long count() {
    return tensors.values().stream().mapToLong(Tensor::numel).sum();
  }

  /** Passes each parameter that took part in the latest loss, with its gradient, to {@code use}. */
  public void forEachGradient(BiConsumer<String, Tensor> use) {
    tensors.forEach(
        (name, tensor) -> {
          try (var scope = new TensorScope()) {
            Tensor gradient = tensor.grad();
            if (gradient.defined()) {
              use.accept(name, gradient);
            }
          }
        });
  }

  /** Forgets the gradients, and their memory. */
  public void zeroGrad() {
    try (var scope = new TensorScope()) {
      Tensor none = new Tensor();
      tensors.values().forEach(tensor -> tensor.mutable_grad().put(none));
    }
  }

  /**
   * Scales all gradients alike where their common norm exceeds {@code maxNorm} (<a
   * href="https://arxiv.org/abs/1211.5063">Pascanu et al. 2013</a>).
   *
   * @param maxNorm positive; infinity only measures
   * @return the norm before
   */
  public double clipGradNorm(double maxNorm) {
    try (var scope = new TensorScope()) {
      TensorVector learnt = new TensorVector();
      tensors.values().forEach(learnt::push_back);
      return torch.clip_grad_norm_(learnt, maxNorm);
    }
  }
}
