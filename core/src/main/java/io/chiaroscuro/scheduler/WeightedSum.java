package io.chiaroscuro.scheduler;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear combination of tensors, term by term; every sampler's step is one. Its intermediate
 * results belong to the caller's scope.
 */
record WeightedSum(Tensor tensor) {

  static WeightedSum of(float weight, Tensor term) {
    return new WeightedSum(term.mul(new Scalar(weight)));
  }

  WeightedSum plus(float weight, Tensor term) {
    return new WeightedSum(tensor.add(term.mul(new Scalar(weight))));
  }
}
