package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * Trades time for memory: of a segment only inputs and output are kept, and what lies between is
 * computed again in the backward pass, a segment at a time (<a
 * href="https://arxiv.org/abs/1604.06174">Chen et al., 2016</a>). Gradients are those of the plain
 * pass; the forward pass is computed twice.
 *
 * <p>A segment runs without autograd and hands out its output as a leaf, so autograd's own pass
 * ends there. {@link #backward} then walks the segments in reverse order: computes each again with
 * autograd and goes on from the gradient that its output has gathered. Whatever is computed between
 * segments stays autograd's.
 *
 * <p>Where gradients are switched off, segments simply run. Not thread-safe.
 */
public final class GradientCheckpointing implements Segments, AutoCloseable {

  private static final ThreadLocal<Boolean> RUNNING = ThreadLocal.withInitial(() -> false);

  private final Deque<Step> tape = new ArrayDeque<>();
  private final Map<Long, Tensor> standIns = new HashMap<>();

  @Override
  public Tensor run(Segment segment, Tensor... inputs) {
    if (!GradMode.is_enabled()) {
      return segment.forward(inputs);
    }
    Tensor[] leaves = Arrays.stream(inputs).map(this::leaf).toArray(Tensor[]::new);
    try (var scope = new TensorScope()) {
      Tensor output = scope.own(withoutGraph(segment, leaves).requires_grad_(true));
      tape.push(new Step(() -> forward(segment, leaves), false, output, leaves));
      return scope.keep(new Tensor(output));
    }
  }

  private static Tensor withoutGraph(Segment segment, Tensor... inputs) {
    try (var scope = new TensorScope();
        var guard = new NoGradGuard()) {
      return scope.keep(forward(segment, inputs).detach());
    }
  }

  private static Tensor forward(Segment segment, Tensor... inputs) {
    RUNNING.set(true);
    try {
      return segment.forward(inputs);
    } finally {
      RUNNING.remove();
    }
  }

  /** Whether this thread computes a segment, which must come out the same both times. */
  static boolean isRunning() {
    return RUNNING.get();
  }

  /** A handle of our own to {@code input} or, where a graph lies behind it, to its stand-in. */
  private Tensor leaf(Tensor input) {
    try (var scope = new TensorScope()) {
      if (input.is_leaf()) {
        return scope.own(new Tensor(input));
      }
      // The tape holds the input, so no other tensor can come to lie at this address.
      long address = input.unsafeGetTensorImpl().address();
      return scope.own(new Tensor(standIns.computeIfAbsent(address, a -> standIn(input))));
    }
  }

  private Tensor standIn(Tensor input) {
    try (var scope = new TensorScope()) {
      Tensor original = scope.own(new Tensor(input));
      Tensor standIn = scope.own(input.detach().requires_grad_(true));
      tape.push(new Step(() -> original, true, standIn, original));
      return standIn;
    }
  }

  /** To be called once for all that ran since the last time. */
  @Override
  public void backward(Tensor loss) {
    try (var scope = new TensorScope()) {
      goBack(loss, new Tensor(), true);
      while (!tape.isEmpty()) {
        try (Step step = tape.pop()) {
          step.backward();
        }
      }
    } finally {
      close();
    }
  }

  private static void goBack(Tensor output, Tensor gradient, boolean retainGraph) {
    output.backward(gradient, new BoolOptional(retainGraph), false, new TensorArrayRefOptional());
  }

  /** Forgets what ran and was not gone back through; this object stays usable. */
  @Override
  public void close() {
    tape.forEach(Step::close);
    tape.clear();
    standIns.clear();
  }

  /**
   * A place where autograd's graph was cut.
   *
   * @param graph yields the output with the graph behind it
   * @param retainGraph whether another stand-in may lead into it; a segment's own is used up
   * @param leaf what stands for the output beyond the cut, and gathers its gradient
   * @param held freed with the step
   */
  private record Step(Supplier<Tensor> graph, boolean retainGraph, Tensor leaf, Tensor... held)
      implements AutoCloseable {

    void backward() {
      try (var scope = new TensorScope()) {
        Tensor gradient = leaf.grad();
        if (!gradient.defined()) {
          return; // The loss does not depend on it.
        }
        Tensor output = graph.get();
        if (output.requires_grad()) {
          goBack(output, gradient, retainGraph);
        }
      }
    }

    @Override
    public void close() {
      leaf.close();
      Arrays.stream(held).forEach(Tensor::close);
    }
  }
}
