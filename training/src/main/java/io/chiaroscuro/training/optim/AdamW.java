package io.chiaroscuro.training.optim;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam with decoupled weight decay (<a href="https://arxiv.org/abs/1711.05101">Loshchilov and
 * Hutter 2019</a>), by libtorch's fused kernel: one pass over memory where the C++ optimizer needs
 * seven.
 *
 * <pre>
 *   p &lt;- p (1 - lr decay)
 *   m &lt;- b1 m + (1 - b1) g,   v &lt;- b2 v + (1 - b2) g^2
 *   p &lt;- p - lr (m / (1 - b1^n)) / (sqrt(v / (1 - b2^n)) + eps)
 * </pre>
 */
public final class AdamW implements AutoCloseable {

  private static final String OPERATOR = "aten::_fused_adamw_";
  private static final String STEPS = "steps";
  private static final String FIRST = "exp_avg.";
  private static final String SECOND = "exp_avg_sq.";

  private final Parameters parameters;
  private final AdamWConfig config;

  /** All that is remembered, under the names of {@link #state}. */
  private final Map<String, Tensor> state = new LinkedHashMap<>();

  public AdamW(Parameters parameters, AdamWConfig config) {
    this.parameters = parameters;
    this.config = config;
    try (var scope = new TensorScope()) {
      state.put(STEPS, scope.own(Tensors.of(new float[1], 1).reshape()));
      parameters
          .tensors()
          .forEach(
              (name, tensor) -> {
                // Laid out in memory as the parameter is, which the kernel relies upon.
                state.put(FIRST + name, scope.own(torch.zeros_like(tensor)));
                state.put(SECOND + name, scope.own(torch.zeros_like(tensor)));
              });
    }
  }

  /** Moves every parameter that has a gradient. */
  public void step(double learningRate) {
    try (var scope = new TensorScope()) {
      Tensor steps = state.get(STEPS);
      steps.add_(Tensors.of(new float[] {1}, 1).reshape());
      OperatorHandle operator = Dispatcher.singleton().findSchemaOrThrow(OPERATOR, "");
      Type.TypePtr element = operator.schema().arguments().type().get().containedType(0);
      List<GenericList> lists = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        lists.add(new GenericList(element));
      }
      parameters.forEachGradient(
          (name, gradient) -> {
            List<Tensor> row =
                List.of(
                    parameters.tensors().get(name),
                    gradient,
                    state.get(FIRST + name),
                    state.get(SECOND + name));
            for (int i = 0; i < row.size(); i++) {
              lists.get(i).push_back(new IValue(row.get(i)));
            }
            lists.get(5).push_back(new IValue(steps));
          });
      IValueVector stack = new IValueVector();
      lists.forEach(list -> stack.push_back(new IValue(list)));
      for (double number :
          new double[] {
            learningRate, config.beta1(), config.beta2(), config.weightDecay(), config.epsilon()
          }) {
        stack.push_back(new IValue(number));
      }
      stack.push_back(new IValue(false)); // amsgrad
      stack.push_back(new IValue(false)); // maximize
      stack.push_back(new IValue()); // grad_scale
      stack.push_back(new IValue()); // found_inf
      operator.callBoxed(stack);
    }
  }

  /** All that must be kept for the next step to be the same: live tensors, not copies. */
  public Map<String, Tensor> state() {
    return Collections.unmodifiableMap(state);
  }

  /**
   * Continues from a {@linkplain #state() state} taken earlier, whose values are copied.
   *
   * @throws InvalidInputException if it belongs to other parameters
   */
  public void restore(Map<String, Tensor> saved) {
    NamedTensors.copy(saved, state, "The optimizer's saved state");
  }

  @Override
  public void close() {
    state.values().forEach(Tensor::close);
    state.clear();
  }
}
