package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalises the last axis (<a href="https://arxiv.org/abs/1607.06450">Ba et al. 2016</a>). */
public final class LayerNorm {

  private final Tensor weight;
  private final Tensor bias;
  private final long[] shape;
  private final double eps;

  /** Reads {@code weight} and {@code bias}, both (features). */
  public LayerNorm(Weights weights, long features, double eps) {
    this.weight = weights.get("weight", features);
    this.bias = weights.get("bias", features);
    this.shape = new long[] {features};
    this.eps = eps;
  }

  /** (..., features) to the same shape. */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          Profile.operator(
              Operator.LAYER_NORM,
              () ->
                  torch.layer_norm(
                      x, shape, new TensorOptional(weight), new TensorOptional(bias), eps, true)));
    }
  }
}
