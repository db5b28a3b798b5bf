package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** {@code y = x W^T + b} over the last axis. */
public final class Linear {

  private final Tensor weight;
  private final Tensor bias;

  /** Reads {@code weight} (outFeatures, inFeatures) and {@code bias} (outFeatures). */
  public Linear(Weights weights, long inFeatures, long outFeatures) {
    this(weights.get("weight", outFeatures, inFeatures), weights.get("bias", outFeatures));
  }

  private Linear(Tensor weight, Tensor bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /** A linear map: no bias. */
  public static Linear withoutBias(Weights weights, long inFeatures, long outFeatures) {
    return new Linear(weights.get("weight", outFeatures, inFeatures), null);
  }

  /** (..., inFeatures) to (..., outFeatures). */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          torch.linear(x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias)));
    }
  }
}
