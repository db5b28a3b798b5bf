package io.chiaroscuro.clip;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.nn.Attention;
import io.chiaroscuro.nn.LayerNorm;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** Causal self-attention, then a feed-forward network, each around a skip connection. */
final class CLIPEncoderLayer {

  private final LayerNorm layerNorm1;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear out;
  private final LayerNorm layerNorm2;
  private final Linear fc1;
  private final Linear fc2;
  private final Activation activation;
  private final int heads;

  CLIPEncoderLayer(CLIPTextConfig config, Weights weights) {
    int hidden = config.hiddenSize();
    Weights attention = weights.at("self_attn");
    this.layerNorm1 = new LayerNorm(weights.at("layer_norm1"), hidden, config.layerNormEps());
    this.query = new Linear(attention.at("q_proj"), hidden, hidden);
    this.key = new Linear(attention.at("k_proj"), hidden, hidden);
    this.value = new Linear(attention.at("v_proj"), hidden, hidden);
    this.out = new Linear(attention.at("out_proj"), hidden, hidden);
    this.layerNorm2 = new LayerNorm(weights.at("layer_norm2"), hidden, config.layerNormEps());
    this.fc1 = new Linear(weights.at("mlp.fc1"), hidden, config.intermediateSize());
    this.fc2 = new Linear(weights.at("mlp.fc2"), config.intermediateSize(), hidden);
    this.activation = config.hiddenAct();
    this.heads = config.numAttentionHeads();
  }

  /** (B, N, hiddenSize) to the same shape. */
  Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor attended = x.add(attention(layerNorm1.forward(x)));
      return scope.keep(attended.add(feedForward(layerNorm2.forward(attended))));
    }
  }

  private Tensor attention(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          out.forward(
              Attention.attendCausally(query.forward(x), key.forward(x), value.forward(x), heads)));
    }
  }

  private Tensor feedForward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(fc2.forward(activation.forward(fc1.forward(x))));
    }
  }
}
