package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** The learned part of the timestep's embedding: two linear layers. */
public final class TimestepEmbedding {

  private final Linear linear1;
  private final Linear linear2;
  private final Activation activation;

  public TimestepEmbedding(Weights weights, int inChannels, int embedDim, Activation activation) {
    this.linear1 = new Linear(weights.at("linear_1"), inChannels, embedDim);
    this.linear2 = new Linear(weights.at("linear_2"), embedDim, embedDim);
    this.activation = activation;
  }

  /** (B, inChannels) to (B, embedDim). */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(linear2.forward(activation.forward(linear1.forward(x))));
    }
  }
}
