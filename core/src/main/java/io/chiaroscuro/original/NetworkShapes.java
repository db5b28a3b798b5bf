package io.chiaroscuro.original;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.StoredWeights;

/** A network's sizes, read from its tensors: what its settings would say, had it some. */
record NetworkShapes(StoredWeights weights) {

  /**
   * The length of a tensor's axis.
   *
   * @throws InvalidInputException if there is no such tensor, or it has fewer axes
   */
  int size(String name, int axis) {
    var location = weights.locations().get(name);
    if (location == null || location.shape().length <= axis) {
      throw new InvalidInputException(
          "%s lacks the tensor that diffusers calls '%s' in its usual shape; is it complete?"
              .formatted(weights.description(), name));
    }
    return Math.toIntExact(Math.min(location.shape()[axis], Integer.MAX_VALUE));
  }

  int axes(String name) {
    return weights.locations().containsKey(name) ? weights.locations().get(name).shape().length : 0;
  }

  boolean has(String name) {
    return weights.locations().containsKey(name);
  }

  /**
   * How many elements a list has, of which each has the tensor {@code ending}.
   *
   * @param list for example {@code down_blocks}
   */
  int count(String list, String ending) {
    int count = 0;
    while (has(list + "." + count + "." + ending)) {
      count++;
    }
    return count;
  }
}
