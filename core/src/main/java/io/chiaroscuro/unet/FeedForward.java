package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Two linear layers around a GELU-gated unit, {@code a gelu(b)} (<a
 * href="https://arxiv.org/abs/2002.05202">Shazeer 2020</a>).
 */
final class FeedForward {

  private static final int EXPANSION = 4;

  private final Linear gated;
  private final Linear out;
  private final int inner;

  FeedForward(Weights weights, int channels) {
    this.inner = EXPANSION * channels;
    this.gated = new Linear(weights.at("net.0.proj"), channels, 2 * inner);
    this.out = new Linear(weights.at("net.2"), inner, channels);
  }

  /** (B, N, channels) to the same shape. */
  Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(out.forward(gate(x)));
    }
  }

  private Tensor gate(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor both = gated.forward(x);
      return scope.keep(
          Profile.operator(
              Operator.ACTIVATION,
              () -> both.narrow(-1, 0, inner).mul(torch.gelu(both.narrow(-1, inner, inner)))));
    }
  }
}
