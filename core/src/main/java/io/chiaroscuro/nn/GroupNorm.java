package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalises groups of channels (<a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>).
 */
public final class GroupNorm {

  private final Tensor weight;
  private final Tensor bias;
  private final long groups;
  private final double eps;

  /** Reads {@code weight} and {@code bias}, both (channels). */
  public GroupNorm(Weights weights, long groups, long channels, double eps) {
    this.weight = weights.get("weight", channels);
    this.bias = weights.get("bias", channels);
    this.groups = groups;
    this.eps = eps;
  }

  /** (B, channels, ...) to the same shape. */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          Profile.operator(
              Operator.GROUP_NORM,
              () ->
                  torch.group_norm(
                      x, groups, new TensorOptional(weight), new TensorOptional(bias), eps, true)));
    }
  }
}
