package io.chiaroscuro.pickle;

/**
 * A tensor as a pickle describes it: a strided view of a storage.
 *
 * @param offset of its first element, in elements
 * @param shape sizes of the axes
 * @param strides distances of neighbours along each axis, in elements
 */
record TensorRecipe(Storage storage, long offset, long[] shape, long[] strides) {

  /** How many elements it has, or -1 where that is no number a file could mean. */
  long count() {
    try {
      long count = 1;
      for (long size : shape) {
        count = Math.multiplyExact(count, size);
      }
      return count;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /** Whether each element is one of the storage, and no more are claimed than there are. */
  boolean fits() {
    if (shape.length != strides.length || offset < 0 || storage.count() < 0) {
      return false;
    }
    long last = offset;
    try {
      for (int axis = 0; axis < shape.length; axis++) {
        if (shape[axis] < 0 || strides[axis] < 0) {
          return false;
        }
        last = Math.addExact(last, Math.multiplyExact(Math.max(shape[axis] - 1, 0), strides[axis]));
      }
    } catch (ArithmeticException e) {
      return false;
    }
    long count = count();
    return count == 0 || (count > 0 && count <= storage.count() && last < storage.count());
  }

  /** Whether its elements lie in order without gaps. */
  boolean isContiguous() {
    long expected = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1 && strides[axis] != expected) {
        return false;
      }
      expected *= shape[axis];
    }
    return true;
  }
}
