package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** The learned part of the timestep's embedding: two linear layers. */
public final class TimestepEmbedding {

  private final Optional<Linear> condProj;
  private final Linear linear1;
  private final Linear linear2;
  private final Activation activation;

  public TimestepEmbedding(Weights weights, int inChannels, int embedDim, Activation activation) {
    this(weights, inChannels, embedDim, activation, Optional.empty());
  }

  /**
   * @param condProjDim length of what is embedded besides the timestep; empty for nothing
   */
  public TimestepEmbedding(
      Weights weights,
      int inChannels,
      int embedDim,
      Activation activation,
      Optional<Integer> condProjDim) {
    this.condProj =
        condProjDim.map(dim -> Linear.withoutBias(weights.at("cond_proj"), dim, inChannels));
    this.linear1 = new Linear(weights.at("linear_1"), inChannels, embedDim);
    this.linear2 = new Linear(weights.at("linear_2"), embedDim, embedDim);
    this.activation = activation;
  }

  /** (B, inChannels) to (B, embedDim). */
  public Tensor forward(Tensor x) {
    return forward(x, Optional.empty());
  }

  /**
   * (B, inChannels) to (B, embedDim).
   *
   * @param condition (B, condProjDim)
   */
  public Tensor forward(Tensor timestep, Optional<Tensor> condition) {
    try (var scope = new TensorScope()) {
      Tensor x =
          condition.isPresent()
              ? timestep.add(condProj.orElseThrow().forward(condition.get()))
              : timestep;
      return scope.keep(linear2.forward(activation.forward(linear1.forward(x))));
    }
  }
}
