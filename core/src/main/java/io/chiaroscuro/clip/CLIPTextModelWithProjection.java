package io.chiaroscuro.clip;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIP's text encoder with the projection into the space it shares with images: beside the vectors
 * of all tokens it yields one of the whole prompt. Stable Diffusion XL's second text encoder (<a
 * href="https://arxiv.org/abs/2307.01952">Podell et al. 2023</a>, section 2.1).
 */
public final class CLIPTextModelWithProjection implements AutoCloseable {

  /**
   * An encoded batch of prompts.
   *
   * @param hiddenStates the output of the layer before the last or an earlier one, without the
   *     final layer norm, (B, N, hiddenSize)
   * @param textEmbeds the pooled and projected prompt, (B, projectionDim)
   */
  public record Output(Tensor hiddenStates, Tensor textEmbeds) {}

  private final Weights weights;
  private final CLIPTextModel textModel;
  private final Linear textProjection;

  /**
   * @param weights closed with this object
   * @param segments how its layers are computed; stays the caller's
   * @throws InvalidInputException if tensors are missing, surplus or misshapen
   */
  public CLIPTextModelWithProjection(CLIPTextConfig config, Weights weights, Segments segments) {
    this.weights = weights;
    // Before the text model, which lets go of the files when it is complete.
    this.textProjection =
        Linear.withoutBias(
            weights.at("text_projection"), config.hiddenSize(), config.projectionDim());
    this.textModel = new CLIPTextModel(config, weights.at("text_model"), segments);
    weights.requireNoSurplus();
  }

  /**
   * @param segments how its layers are computed; stays the caller's
   * @throws InvalidInputException if config or weights are missing or do not fit each other
   */
  public static CLIPTextModelWithProjection load(
      Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    CLIPTextConfig config = CLIPTextConfig.read(checkpoint.config(Component.TEXT_ENCODER_2));
    return checkpoint.build(
        Component.TEXT_ENCODER_2,
        dtype,
        device,
        weights -> new CLIPTextModelWithProjection(config, weights, segments));
  }

  public CLIPTextConfig config() {
    return textModel.config();
  }

  /** All weights, those of the text model beneath {@code text_model}. */
  public Weights weights() {
    return weights;
  }

  /** The encoder without the projection; closed with this object. */
  public CLIPTextModel textModel() {
    return textModel;
  }

  /**
   * Encodes prompts as Stable Diffusion XL reads them.
   *
   * @param inputIds int64 (B, N), N at most 77
   * @param clipSkip how many layers to leave out of the hidden states before the last, which they
   *     never have; the pooled vector comes of all layers
   * @return its tensors are kept in the caller's scope
   */
  public Output forward(Tensor inputIds, int clipSkip) {
    int read = textModel.layersBut(clipSkip, 1);
    return Profile.network("second text encoder", () -> read(inputIds, read));
  }

  private Output read(Tensor inputIds, int read) {
    try (var scope = new TensorScope()) {
      Tensor hidden = textModel.through(0, read, textModel.embed(inputIds));
      Tensor last = textModel.through(read, config().numHiddenLayers(), hidden);
      Tensor pooled = pooled(textModel.normed(last), inputIds);
      return new Output(scope.keep(hidden), scope.keep(textProjection.forward(pooled)));
    }
  }

  /** The vectors (B, hiddenSize) at the first token that ends each prompt. */
  private Tensor pooled(Tensor lastHiddenState, Tensor inputIds) {
    int eos = config().eosTokenId();
    try (var scope = new TensorScope()) {
      // Of equals argmax takes the first, and padding may equal the end of the text.
      Tensor marks =
          eos == CLIPTextConfig.LEGACY_EOS_TOKEN_ID
              ? inputIds
              : inputIds.eq(new Scalar(eos)).to(inputIds.scalar_type());
      Tensor position = marks.argmax(new LongOptional(1), true).unsqueeze(2);
      return scope.keep(
          lastHiddenState.gather(1, position.expand(-1, -1, lastHiddenState.size(2))).squeeze(1));
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
