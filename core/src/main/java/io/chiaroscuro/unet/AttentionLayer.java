package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Attention;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** Attention of image positions to a context: to themselves or to the prompt. */
final class AttentionLayer {

  private final Linear toQ;
  private final Linear toK;
  private final Linear toV;
  private final Linear toOut;
  private final int heads;

  AttentionLayer(Weights weights, int channels, int contextChannels, int heads) {
    this.toQ = Linear.withoutBias(weights.at("to_q"), channels, channels);
    this.toK = Linear.withoutBias(weights.at("to_k"), contextChannels, channels);
    this.toV = Linear.withoutBias(weights.at("to_v"), contextChannels, channels);
    this.toOut = new Linear(weights.at("to_out.0"), channels, channels);
    this.heads = heads;
  }

  /** (B, N, channels) and (B, M, contextChannels) to (B, N, channels). */
  Tensor forward(Tensor x, Tensor context) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          toOut.forward(
              Attention.attend(toQ.forward(x), toK.forward(context), toV.forward(context), heads)));
    }
  }
}
