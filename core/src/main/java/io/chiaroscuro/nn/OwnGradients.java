package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * While one is open on a thread, networks there may compute in ways for which libtorch knows no
 * gradient, and give it themselves. It holds what those gradients need, so it is opened around a
 * forward pass and the backward pass that follows:
 *
 * <pre>{@code
 * try (var scope = new TensorScope();
 *     var gradients = new OwnGradients()) {
 *   loss(network.forward(x)).backward();
 * }
 * }</pre>
 *
 * <p>A graph made within it can't be gone back through once it is closed, nor on another thread.
 */
public final class OwnGradients implements AutoCloseable {

  /** The gradients by a function's inputs, given that by its output. */
  @FunctionalInterface
  interface Gradient {

    /**
     * @param output in the shape of the function's output
     * @param saved what was kept for this
     * @return one for each input, in its shape and type
     */
    Tensor[] by(Tensor output, Tensor... saved);
  }

  /** Those of each thread, the innermost first. */
  private static final ThreadLocal<Deque<OwnGradients>> OPEN =
      ThreadLocal.withInitial(ArrayDeque::new);

  private static final Junction JUNCTION = new Junction();

  /** By the address of libtorch's node. */
  private final Map<Long, Step> steps = new HashMap<>();

  private final Deque<Tensor> returned = new ArrayDeque<>(1);

  public OwnGradients() {
    OPEN.get().push(this);
  }

  static boolean areOpen() {
    return !OPEN.get().isEmpty();
  }

  /**
   * Joins what was computed past autograd to its graph.
   *
   * @param output the function's, of the inputs' type
   * @param saved kept until the gradient has been asked for
   * @return {@code output}, as a function of the inputs
   */
  static Tensor join(Tensor output, List<Tensor> inputs, Gradient gradient, Tensor... saved) {
    if (!GradMode.is_enabled() || inputs.stream().noneMatch(Tensor::requires_grad)) {
      return output;
    }
    try (var scope = new TensorScope()) {
      long count = output.numel();
      long length = Math.max(count, inputs.stream().mapToLong(Tensor::numel).sum());
      // Its gradient has room for those of all inputs; the output's arrives in its first numbers.
      Tensor junction = line(inputs.toArray(Tensor[]::new), length);
      JUNCTION.in(junction);
      OPEN.get().element().add(junction, new Step(gradient, Tensors.shape(output), owned(saved)));
      Tensor joined = junction.narrow(0, 0, count).view(Tensors.shape(output)).clone();
      joined.detach().copy_(output);
      return scope.keep(joined);
    }
  }

  private void add(Tensor junction, Step step) {
    try (var scope = new TensorScope()) {
      // An address may be that of a node of which nobody asked the gradient.
      Step forgotten = steps.put(junction.grad_fn().address(), step);
      if (forgotten != null) {
        forgotten.close();
      }
    }
  }

  /** libtorch copies the handle that it is given only when the call is over. */
  private Tensor lasting(Tensor gradient) {
    returned.forEach(Tensor::close);
    returned.clear();
    try (var scope = new TensorScope()) {
      returned.add(scope.own(gradient));
    }
    return gradient;
  }

  @Override
  public void close() {
    OPEN.get().remove(this);
    steps.values().forEach(Step::close);
    steps.clear();
    returned.forEach(Tensor::close);
    returned.clear();
  }

  /** All numbers of some tensors in a row, and as many more as it takes to be so long. */
  private static Tensor line(Tensor[] tensors, long length) {
    try (var scope = new TensorScope()) {
      TensorVector parts = new TensorVector();
      for (Tensor tensor : tensors) {
        parts.push_back(tensor.reshape(-1));
        length -= tensor.numel();
      }
      parts.push_back(torch.zeros(new long[] {length}, tensors[0].options()));
      return scope.keep(torch.cat(parts, 0));
    }
  }

  private static Tensor[] owned(Tensor... tensors) {
    try (var scope = new TensorScope()) {
      return Arrays.stream(tensors)
          .map(tensor -> scope.own(new Tensor(tensor)))
          .toArray(Tensor[]::new);
    }
  }

  private record Step(Gradient gradient, long[] shape, Tensor... saved) implements AutoCloseable {

    /** Of what arrives at the junction what it hands on. */
    Tensor back(Tensor arrived) {
      try (var scope = new TensorScope()) {
        Tensor output = arrived.narrow(0, 0, Arrays.stream(shape).reduce(1, Math::multiplyExact));
        return scope.keep(line(gradient.by(output.view(shape), saved), arrived.numel()));
      }
    }

    @Override
    public void close() {
      Arrays.stream(saved).forEach(Tensor::close);
    }
  }

  /**
   * Where libtorch calls us. JavaCPP has but ten functions to be called by native code, so one
   * serves all, and asks which node it is called for.
   */
  private static final class Junction {

    private final TensorTensorHook hook;

    Junction() {
      try (var scope = new TensorScope()) {
        hook =
            scope.own(
                new TensorTensorHook() {
                  @Override
                  public TensorBase call(TensorBase arrived) {
                    return replaced(arrived);
                  }
                });
      }
    }

    void in(Tensor junction) {
      junction.register_hook(hook);
    }

    private static Tensor replaced(TensorBase arrived) {
      try (var scope = new TensorScope()) {
        long node = torch.get_current_node().address();
        OwnGradients owner =
            OPEN.get().stream()
                .filter(open -> open.steps.containsKey(node))
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalStateException(
                            "The OwnGradients in which this graph was made are closed, or another"
                                + " thread's; go back through it before."));
        Step step = owner.steps.get(node);
        Tensor gradient = owner.lasting(step.back(new Tensor(arrived)));
        if (!torch.get_current_graph_task_keep_graph()) {
          owner.steps.remove(node).close();
        }
        return gradient;
      }
    }
  }
}
