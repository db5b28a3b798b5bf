package io.chiaroscuro.training.optim;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Mixed precision (<a href="https://arxiv.org/abs/1710.03740">Micikevicius et al. 2018</a>):
 * networks compute in half precision, float32 masters of their weights are learnt, since steps are
 * smaller than what half precision can tell apart.
 */
public final class MasterWeights implements AutoCloseable {

  private final Map<String, Tensor> computed;
  private final Map<String, Tensor> masters = new LinkedHashMap<>();

  /**
   * @param computed the networks' own weights, which gradients flow into from now on
   */
  public MasterWeights(Map<String, Tensor> computed) {
    this.computed = new LinkedHashMap<>(computed);
    try (var scope = new TensorScope()) {
      this.computed.forEach(
          (name, tensor) -> {
            masters.put(name, scope.own(tensor.detach().to(DType.FLOAT32.torch())));
            tensor.set_requires_grad(true);
          });
    }
  }

  /** What is learnt, float32, by name; to be made {@link Parameters}. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(masters);
  }

  /** Adds the gradients of a backward pass to the masters', and forgets them. */
  public void takeGradients() {
    try (var scope = new TensorScope()) {
      Tensor none = new Tensor();
      computed.forEach(
          (name, tensor) -> {
            try (var one = new TensorScope()) {
              if (tensor.grad().defined()) {
                add(tensor.grad().to(DType.FLOAT32.torch()), masters.get(name));
                tensor.mutable_grad().put(none);
              }
            }
          });
    }
  }

  private static void add(Tensor gradient, Tensor master) {
    if (master.grad().defined()) {
      master.grad().add_(gradient);
    } else {
      master.mutable_grad().put(gradient);
    }
  }

  /** Rounds the masters into the networks' weights, after whatever changed them. */
  public void round() {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      computed.forEach((name, tensor) -> tensor.copy_(masters.get(name)));
    }
  }

  @Override
  public void close() {
    masters.values().forEach(Tensor::close);
    masters.clear();
  }
}
