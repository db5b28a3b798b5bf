package io.chiaroscuro.training.optim;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Networks compute in bfloat16, but learn in float32: a step is often smaller than what bfloat16
 * can add to a weight (<a href="https://arxiv.org/abs/1710.03740">Micikevicius et al., 2018</a>).
 * The optimizer moves the {@link #masters}; networks hold their roundings. Bfloat16 has float32's
 * range, so losses need no scaling.
 *
 * <pre>{@code
 * loss.backward();
 * mixed.gatherGradients();  // after each micro-batch
 * optimizer.step(rate);     // of the masters
 * mixed.refresh();
 * }</pre>
 */
public final class MixedPrecision implements AutoCloseable {

  private final Map<String, Tensor> compute;
  private final Map<String, Tensor> masters = new LinkedHashMap<>();

  /**
   * @param weights what learning starts from, copied; the same as {@code compute}, or more precise
   * @param compute what the networks compute with, of any floating type: stay theirs, let gradients
   *     flow into them from now on, and become roundings of the weights
   * @throws IllegalArgumentException if the two differ in names or shapes
   */
  public MixedPrecision(Map<String, Tensor> weights, Map<String, Tensor> compute) {
    this.compute = Collections.unmodifiableMap(new LinkedHashMap<>(compute));
    requireAlike(weights, compute);
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      this.compute.forEach(
          (name, tensor) -> {
            Tensor master = torch.zeros_like(tensor.to(DType.FLOAT32.torch()));
            master.copy_(weights.get(name));
            masters.put(name, scope.own(master));
            tensor.set_requires_grad(true);
          });
    }
    refresh();
  }

  private static void requireAlike(Map<String, Tensor> weights, Map<String, Tensor> compute) {
    if (!weights.keySet().equals(compute.keySet())) {
      throw new IllegalArgumentException("Masters and roundings differ in names.");
    }
    compute.forEach(
        (name, tensor) -> {
          if (!Arrays.equals(Tensors.shape(tensor), Tensors.shape(weights.get(name)))) {
            throw new IllegalArgumentException("'%s' has two shapes.".formatted(name));
          }
        });
  }

  /** What is learnt, float32, by name; belongs to this object. */
  public Map<String, Tensor> masters() {
    return Collections.unmodifiableMap(masters);
  }

  /** Adds the gradients of the networks' weights to those of the masters, and forgets them. */
  public void gatherGradients() {
    try (var scope = new TensorScope()) {
      Tensor none = new Tensor();
      compute.forEach(
          (name, tensor) -> {
            Tensor gradient = tensor.grad();
            if (gradient.defined()) {
              add(gradient, masters.get(name));
              tensor.mutable_grad().put(none);
            }
          });
    }
  }

  private static void add(Tensor gradient, Tensor master) {
    try (var scope = new TensorScope()) {
      Tensor sum = master.grad();
      if (sum.defined()) {
        sum.add_(gradient);
      } else {
        master.mutable_grad().put(gradient.to(DType.FLOAT32.torch()));
      }
    }
  }

  /** Rounds the masters into the networks' weights. */
  public void refresh() {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      compute.forEach((name, tensor) -> tensor.copy_(masters.get(name)));
    }
  }

  /** Frees the masters. */
  @Override
  public void close() {
    masters.values().forEach(Tensor::close);
    masters.clear();
  }
}
