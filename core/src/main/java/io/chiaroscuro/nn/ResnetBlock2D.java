package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Two normalised convolutions around a skip connection; where there is a timestep, its embedding is
 * added between them.
 *
 * <p>At the autoencoder's full resolution one tensor here takes hundreds of megabytes: what is no
 * longer needed is closed at once instead of at the scope's end.
 */
public final class ResnetBlock2D {

  private final GroupNorm norm1;
  private final Conv2d conv1;
  private final Linear timeEmbProj;
  private final GroupNorm norm2;
  private final Conv2d conv2;
  private final Conv2d convShortcut;
  private final Activation activation;

  private ResnetBlock2D(
      Weights weights,
      Linear timeEmbProj,
      int inChannels,
      int outChannels,
      int groups,
      double eps,
      Activation activation) {
    this.norm1 = new GroupNorm(weights.at("norm1"), groups, inChannels, eps);
    this.conv1 = new Conv2d(weights.at("conv1"), inChannels, outChannels, 3);
    this.timeEmbProj = timeEmbProj;
    this.norm2 = new GroupNorm(weights.at("norm2"), groups, outChannels, eps);
    this.conv2 = new Conv2d(weights.at("conv2"), outChannels, outChannels, 3);
    this.convShortcut =
        inChannels == outChannels
            ? null
            : new Conv2d(weights.at("conv_shortcut"), inChannels, outChannels, 1);
    this.activation = activation;
  }

  /** A block that knows no time, as in the autoencoder. */
  public static ResnetBlock2D timeless(
      Weights weights,
      int inChannels,
      int outChannels,
      int groups,
      double eps,
      Activation activation) {
    return new ResnetBlock2D(weights, null, inChannels, outChannels, groups, eps, activation);
  }

  /** A block that is told the timestep by an embedding of {@code tembChannels}, as in the UNet. */
  public static ResnetBlock2D timed(
      Weights weights,
      int inChannels,
      int outChannels,
      int tembChannels,
      int groups,
      double eps,
      Activation activation) {
    Linear timeEmbProj = new Linear(weights.at("time_emb_proj"), tembChannels, outChannels);
    return new ResnetBlock2D(
        weights, timeEmbProj, inChannels, outChannels, groups, eps, activation);
  }

  /** As {@link #forward(Tensor, Tensor)} for a timeless block. */
  public Tensor forward(Tensor x) {
    return forward(x, null);
  }

  /**
   * @param x (B, inChannels, H, W)
   * @param temb (B, tembChannels)
   * @return (B, outChannels, H, W)
   */
  public Tensor forward(Tensor x, Tensor temb) {
    try (var scope = new TensorScope()) {
      Tensor first = convolved(norm1, conv1, x);
      if (timeEmbProj != null) {
        Tensor shift = timeEmbProj.forward(activation.forward(temb));
        Tensor shifted = first.add(shift.unsqueeze(-1).unsqueeze(-1));
        first.close();
        first = shifted;
      }
      Tensor normalized = normalized(norm2, first);
      first.close();
      Tensor second = conv2.forward(normalized);
      normalized.close();
      return scope.keep((convShortcut == null ? x : convShortcut.forward(x)).add(second));
    }
  }

  private Tensor convolved(GroupNorm norm, Conv2d conv, Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(conv.forward(normalized(norm, x)));
    }
  }

  private Tensor normalized(GroupNorm norm, Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(activation.forward(norm.forward(x)));
    }
  }
}
