package io.chiaroscuro.tensor;

import java.util.Arrays;

/** A tensor as a file announces it, before it is read. */
public interface StoredTensor {

  /** For example {@code mid_block.resnets.0.conv1.weight}. */
  String name();

  DType dtype();

  /** Sizes of the axes, outermost first; empty for a scalar. */
  long[] shape();

  /** What its elements take. */
  default long byteSize() {
    return dtype().byteSize() * Arrays.stream(shape()).reduce(1, Math::multiplyExact);
  }
}
