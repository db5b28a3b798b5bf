package io.chiaroscuro.unet;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.nn.TimestepEmbedding;
import io.chiaroscuro.nn.Timesteps;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Embeds {@link AddedConditions} in the timestep's space, to be added to its embedding. */
final class AddedEmbedding {

  private final Weights weights;
  private final Timesteps addTimeProj;
  private final TimestepEmbedding addEmbedding;
  private final int inputDim;

  AddedEmbedding(UNet2DConditionConfig config, Weights weights) {
    this.weights = weights;
    this.addTimeProj =
        new Timesteps(config.additionTimeEmbedDim(), config.flipSinToCos(), config.freqShift());
    this.inputDim = config.projectionClassEmbeddingsInputDim();
    this.addEmbedding =
        new TimestepEmbedding(weights, inputDim, config.timeEmbedDim(), Activation.SILU);
  }

  /** (B, timeEmbedDim). */
  Tensor forward(AddedConditions added) {
    requireShapes(added);
    try (var scope = new TensorScope()) {
      Tensor ids = Tensors.to(added.timeIds(), weights.device(), DType.FLOAT32);
      Tensor waves = addTimeProj.forward(ids.flatten()).view(ids.size(0), -1);
      Tensor both =
          torch.cat(
              new TensorVector(
                  added.textEmbeds(), Tensors.to(waves, weights.device(), weights.dtype())),
              -1);
      return scope.keep(addEmbedding.forward(both));
    }
  }

  private void requireShapes(AddedConditions added) {
    Tensor text = added.textEmbeds();
    Tensor ids = added.timeIds();
    if (text.dim() != 2
        || ids.dim() != 2
        || text.size(0) != ids.size(0)
        || text.size(1) + ids.size(1) * addTimeProj.dim() != inputDim) {
      throw new InvalidInputException(
          "Pooled prompts of shape %s and size conditions of shape %s do not make the %d numbers this UNet takes; is the text encoder that of this checkpoint?"
              .formatted(
                  Arrays.toString(Tensors.shape(text)),
                  Arrays.toString(Tensors.shape(ids)),
                  inputDim));
    }
  }
}
