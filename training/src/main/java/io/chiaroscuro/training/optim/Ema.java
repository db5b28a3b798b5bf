package io.chiaroscuro.training.optim;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The exponential moving average of the parameters, {@code e <- d e + (1 - d) p}, which makes
 * better pictures than the parameters of the last step. As in diffusers' {@code EMAModel} the decay
 * begins small, {@code d = min(decay, n / (9 + n))} after the n-th step and 0 after the first, so
 * that the start is forgotten.
 */
public final class Ema implements AutoCloseable {

  private final Parameters parameters;
  private final double decay;
  private final Map<String, Tensor> average = new LinkedHashMap<>();

  /**
   * Begins at the parameters' present values.
   *
   * @param decay 0 to below 1
   */
  public Ema(Parameters parameters, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new InvalidInputException("ema_decay is %s; give 0 to below 1.".formatted(decay));
    }
    this.parameters = parameters;
    this.decay = decay;
    try (var scope = new TensorScope()) {
      parameters
          .tensors()
          .forEach((name, tensor) -> average.put(name, scope.own(tensor.detach().clone())));
    }
  }

  /**
   * Takes up the parameters as they are after a step.
   *
   * @param step how many steps were taken, the latest included; 1 or more
   */
  public void update(long step) {
    double present = step == 1 ? 0 : Math.min(decay, step / (9.0 + step));
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      Scalar share = new Scalar(1 - present);
      average.forEach((name, tensor) -> tensor.lerp_(parameters.tensors().get(name), share));
    }
  }

  /** The averages by the parameters' names: live tensors, not copies. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(average);
  }

  /** Continues from averages saved earlier, whose values are copied. */
  public void restore(Map<String, Tensor> saved) {
    NamedTensors.copy(saved, average, "The saved moving average");
  }

  /** Runs {@code work} while the averages stand in the parameters' place. */
  public void inPlace(Runnable work) {
    swap();
    try {
      work.run();
    } finally {
      swap();
    }
  }

  private void swap() {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      for (var entry : average.entrySet()) {
        try (var one = new TensorScope()) {
          Tensor parameter = parameters.tensors().get(entry.getKey());
          Tensor held = parameter.clone();
          parameter.copy_(entry.getValue());
          entry.getValue().copy_(held);
        }
      }
    }
  }

  @Override
  public void close() {
    average.values().forEach(Tensor::close);
    average.clear();
  }
}
