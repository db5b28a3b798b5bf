package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** {@code y = x W^T + b} over the last axis; may be adapted. */
public final class Linear {

  private final Tensor weight;
  private final Tensor bias;
  private final List<LowRankAdapter> adapters;

  /** Reads {@code weight} (outFeatures, inFeatures) and {@code bias} (outFeatures). */
  public Linear(Weights weights, long inFeatures, long outFeatures) {
    this(weights, inFeatures, outFeatures, weights.get("bias", outFeatures));
  }

  private Linear(Weights weights, long inFeatures, long outFeatures, Tensor bias) {
    this.weight = weights.get("weight", outFeatures, inFeatures);
    this.bias = bias;
    this.adapters = weights.adapters();
  }

  /** A linear map: no bias. */
  public static Linear withoutBias(Weights weights, long inFeatures, long outFeatures) {
    return new Linear(weights, inFeatures, outFeatures, null);
  }

  /** (..., inFeatures) to (..., outFeatures). */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor y =
          Profile.operator(
              Operator.LINEAR,
              () ->
                  torch.linear(
                      x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias)),
              out -> 2.0 * out.numel() * weight.size(1));
      return scope.keep(Adapted.output(y, x, adapters, torch::linear, torch::linear));
    }
  }
}
