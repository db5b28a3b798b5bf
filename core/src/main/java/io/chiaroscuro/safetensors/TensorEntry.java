package io.chiaroscuro.safetensors;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.StoredTensor;
import java.util.Arrays;

/**
 * One tensor as a safetensors header announces it.
 *
 * @param name for example {@code mid_block.resnets.0.conv1.weight}
 * @param dtype element type
 * @param shape sizes of the axes, outermost first; empty for a scalar
 * @param begin where its bytes start, counted from the start of the file
 * @param end where they stop, exclusive
 */
public record TensorEntry(String name, DType dtype, long[] shape, long begin, long end)
    implements StoredTensor {

  public TensorEntry {
    shape = shape.clone();
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  @Override
  public long byteSize() {
    return end - begin;
  }

  /** How many elements it has. */
  long elements() {
    return byteSize() / dtype.byteSize();
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(name, dtype, Arrays.toString(shape));
  }
}
