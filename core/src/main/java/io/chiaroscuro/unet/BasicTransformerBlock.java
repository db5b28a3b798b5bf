package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.LayerNorm;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** Attention to the image, attention to the prompt, feed-forward; each around a skip connection. */
final class BasicTransformerBlock {

  private static final double NORM_EPS = 1e-5;

  private final LayerNorm norm1;
  private final AttentionLayer attn1;
  private final LayerNorm norm2;
  private final AttentionLayer attn2;
  private final LayerNorm norm3;
  private final FeedForward ff;

  BasicTransformerBlock(Weights weights, int channels, int crossAttentionDim, int heads) {
    this.norm1 = new LayerNorm(weights.at("norm1"), channels, NORM_EPS);
    this.attn1 = new AttentionLayer(weights.at("attn1"), channels, channels, heads);
    this.norm2 = new LayerNorm(weights.at("norm2"), channels, NORM_EPS);
    this.attn2 = new AttentionLayer(weights.at("attn2"), channels, crossAttentionDim, heads);
    this.norm3 = new LayerNorm(weights.at("norm3"), channels, NORM_EPS);
    this.ff = new FeedForward(weights.at("ff"), channels);
  }

  /**
   * @param x (B, N, channels)
   * @param encoderHiddenStates (B, M, crossAttentionDim)
   * @return (B, N, channels)
   */
  Tensor forward(Tensor x, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope()) {
      Tensor normed = norm1.forward(x);
      Tensor seen = x.add(attn1.forward(normed, normed));
      Tensor told = seen.add(attn2.forward(norm2.forward(seen), encoderHiddenStates));
      return scope.keep(told.add(ff.forward(norm3.forward(told))));
    }
  }
}
