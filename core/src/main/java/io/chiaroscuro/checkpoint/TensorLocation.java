package io.chiaroscuro.checkpoint;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.StoredTensor;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * Where a tensor lies: in which file, under which name, and which part of what lies there it is.
 */
public record TensorLocation(TensorFile file, String name, Part part) {

  /** How a tensor that is wanted is got from one that is stored. */
  public enum Part {
    WHOLE,
    /** OpenCLIP keeps the matrices of query, key and value in one, one below the other. */
    QUERY,
    KEY,
    VALUE,
    /** OpenCLIP multiplies by its projection from the other side. */
    TRANSPOSED,
    /** The autoencoder's attention was once made of 1x1 convolutions. */
    WITHOUT_KERNEL;

    private long[] shape(long[] stored) {
      long[] shape = stored.clone();
      if (!isPartOf(stored)) {
        return shape;
      }
      if (this == TRANSPOSED) {
        shape[0] = stored[1];
        shape[1] = stored[0];
      } else if (this == WITHOUT_KERNEL && hasUnitKernel(shape)) {
        return Arrays.copyOf(shape, 2);
      } else if (isThird()) {
        shape[0] /= 3;
      }
      return shape;
    }

    private Tensor of(Tensor stored) {
      if (isThird()) {
        long rows = stored.size(0) / 3;
        return stored.narrow(0, rows * (ordinal() - QUERY.ordinal()), rows);
      }
      if (this == WITHOUT_KERNEL && hasUnitKernel(Tensors.shape(stored))) {
        return stored.view(Arrays.copyOf(Tensors.shape(stored), 2));
      }
      return this == TRANSPOSED ? stored.t().contiguous() : stored;
    }

    private static boolean hasUnitKernel(long[] shape) {
      return shape.length == 4 && shape[2] == 1 && shape[3] == 1;
    }

    private boolean isPartOf(long[] stored) {
      return isThird()
          ? stored.length > 0 && stored[0] % 3 == 0
          : this != TRANSPOSED || stored.length == 2;
    }

    private boolean isThird() {
      return this == QUERY || this == KEY || this == VALUE;
    }
  }

  /** All that lies in {@code file} under {@code name}. */
  public static TensorLocation of(TensorFile file, String name) {
    return new TensorLocation(file, name, Part.WHOLE);
  }

  /** The tensor that the file announces, of which it is a part. */
  public StoredTensor stored() {
    return file.entries().get(name);
  }

  /** The sizes of the part; those stored where they cannot be divided so. */
  public long[] shape() {
    return part.shape(stored().shape());
  }

  /**
   * Its numbers, a view of the mapped file unless transposed; kept in the caller's scope.
   *
   * @throws InvalidInputException if what is stored cannot be divided so
   */
  public Tensor read() {
    return part(file::tensor);
  }

  /** As {@link #read}, for what is only converted and then let go, see {@link TensorFile#copy}. */
  public Tensor copy() {
    return part(file::copy);
  }

  private Tensor part(Function<String, Tensor> whole) {
    if (!part.isPartOf(stored().shape())) {
      throw new InvalidInputException(
          "Tensor '%s' in %s has shape %s, which cannot be divided as in a text encoder; fetch the file again."
              .formatted(name, file.path(), Arrays.toString(stored().shape())));
    }
    try (var scope = new TensorScope()) {
      return scope.keep(part.of(whole.apply(name)));
    }
  }
}
