package io.chiaroscuro.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * How a network's segments are computed for training: each at once, or so that its inner
 * activations are computed again when gradients need them, see {@link GradientCheckpointing}.
 */
public interface Segments {

  /** Some layers: a function of its inputs and of weights, alike at each call. */
  @FunctionalInterface
  interface Segment {

    /** The result is kept in the caller's scope; inputs stay as they were. */
    Tensor forward(Tensor... inputs);
  }

  /** At once; autograd keeps every activation until the backward pass. */
  Segments PLAIN =
      new Segments() {
        @Override
        public Tensor run(Segment segment, Tensor... inputs) {
          return segment.forward(inputs);
        }

        @Override
        public void backward(Tensor loss) {
          loss.backward();
        }
      };

  /** The segment's output, kept in the caller's scope. */
  Tensor run(Segment segment, Tensor... inputs);

  /**
   * Adds the gradients of {@code loss}, a scalar, to those of all leaves it depends on through
   * segments or otherwise.
   */
  void backward(Tensor loss);
}
