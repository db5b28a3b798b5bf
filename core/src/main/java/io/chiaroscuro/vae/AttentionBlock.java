package io.chiaroscuro.vae;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Attention;
import io.chiaroscuro.nn.GroupNorm;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.nn.Positions;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** Attention of an image's positions to each other, with one head, around a skip connection. */
final class AttentionBlock implements Layer {

  private final GroupNorm groupNorm;
  private final Linear toQ;
  private final Linear toK;
  private final Linear toV;
  private final Linear toOut;

  AttentionBlock(Weights weights, int channels, int groups, double eps) {
    this.groupNorm = new GroupNorm(weights.at("group_norm"), groups, channels, eps);
    this.toQ = new Linear(weights.at("to_q"), channels, channels);
    this.toK = new Linear(weights.at("to_k"), channels, channels);
    this.toV = new Linear(weights.at("to_v"), channels, channels);
    this.toOut = new Linear(weights.at("to_out.0"), channels, channels);
  }

  /** (B, channels, H, W) to the same shape. */
  @Override
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor positions = Positions.of(groupNorm.forward(x));
      Tensor attended =
          toOut.forward(
              Attention.attend(
                  toQ.forward(positions), toK.forward(positions), toV.forward(positions), 1));
      return scope.keep(Positions.toImage(attended, x).add(x));
    }
  }
}
