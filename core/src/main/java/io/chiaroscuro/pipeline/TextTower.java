package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTextModelWithProjection;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.prompt.TokenizedPrompts;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * A text encoder with its tokenizer, and what a pipeline reads of it: here token ids become hidden
 * states.
 *
 * @param component which of the checkpoint's text encoders it is
 * @param tokenizer closed with this object
 * @param textModel the encoder without its projection, if it has one; closed with this object
 * @param weights of the whole encoder
 * @param pooledLength length of the vector that it makes of a whole prompt, if it does
 * @param reading what is read of it
 */
public record TextTower(
    Component component,
    CLIPTokenizer tokenizer,
    CLIPTextModel textModel,
    Weights weights,
    OptionalInt pooledLength,
    Reading reading)
    implements AutoCloseable {

  /** From token ids to hidden states. */
  @FunctionalInterface
  public interface Reading {

    /**
     * @param inputIds int64 (B, N), on the encoder's device
     * @param clipSkip how many of the last layers are left out
     * @return kept in the caller's scope
     */
    EncodedPrompts read(Tensor inputIds, int clipSkip);
  }

  /** Stable Diffusion 1.x's and 2.x's: the encoder's output. */
  static TextTower last(Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    try (var opened = new Opened()) {
      var tokenizer = opened.add(CLIPTokenizer.load(checkpoint.path("tokenizer")));
      var model = opened.add(CLIPTextModel.load(checkpoint, dtype, device, segments));
      requireFits(checkpoint, "tokenizer", tokenizer, model);
      opened.release();
      return new TextTower(
          Component.TEXT_ENCODER,
          tokenizer,
          model,
          model.weights(),
          OptionalInt.empty(),
          (ids, clipSkip) -> new EncodedPrompts(model.forward(ids, clipSkip), Optional.empty()));
    }
  }

  /** Stable Diffusion XL's first: the output of the layer before the last. */
  static TextTower penultimate(
      Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    TextTower last = last(checkpoint, dtype, device, segments);
    return last.reading(
        (ids, clipSkip) ->
            new EncodedPrompts(last.textModel.penultimate(ids, clipSkip), Optional.empty()));
  }

  /** Stable Diffusion XL's second: the output of the layer before the last, and a pooled prompt. */
  static TextTower projecting(
      Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    try (var opened = new Opened()) {
      var tokenizer = opened.add(CLIPTokenizer.load(checkpoint.path("tokenizer_2")));
      var model = opened.add(CLIPTextModelWithProjection.load(checkpoint, dtype, device, segments));
      requireFits(checkpoint, "tokenizer_2", tokenizer, model.textModel());
      opened.release();
      return new TextTower(
          Component.TEXT_ENCODER_2,
          tokenizer,
          model.textModel(),
          model.weights(),
          OptionalInt.of(model.config().projectionDim()),
          (ids, clipSkip) -> {
            var output = model.forward(ids, clipSkip);
            return new EncodedPrompts(output.hiddenStates(), Optional.of(output.textEmbeds()));
          });
    }
  }

  /** The same with another tokenizer; the one it had stays open. */
  TextTower withTokenizer(CLIPTokenizer other) {
    return new TextTower(component, other, textModel, weights, pooledLength, reading);
  }

  private TextTower reading(Reading other) {
    return new TextTower(component, tokenizer, textModel, weights, pooledLength, other);
  }

  /** How many chunks the longest of these prompts is read in. */
  int chunks(List<String> prompts, PromptSyntax syntax) {
    return TokenizedPrompts.of(tokenizer, syntax, prompts).chunks();
  }

  /**
   * Encodes prompts.
   *
   * @param chunks how many each is made up to
   * @param clipSkip how many of the last layers are left out
   * @return kept in the caller's scope
   */
  EncodedPrompts encode(List<String> prompts, PromptSyntax syntax, int chunks, int clipSkip) {
    try (var scope = new TensorScope()) {
      TokenizedPrompts tokenized = TokenizedPrompts.of(tokenizer, syntax, prompts).padded(chunks);
      Tensor ids = Tensors.to(tokenized.inputIds(), weights.device(), DType.INT64);
      EncodedPrompts read = reading.read(ids, clipSkip);
      return new EncodedPrompts(
              tokenized.join(read.hiddenStates()), read.pooled().map(tokenized::ofFirstChunk))
          .kept(scope);
    }
  }

  private static void requireFits(
      Checkpoint checkpoint, String folder, CLIPTokenizer tokenizer, CLIPTextModel model) {
    if (tokenizer.vocabSize() > model.config().vocabSize()
        || tokenizer.modelMaxLength() > model.config().maxPositionEmbeddings()) {
      throw new InvalidInputException(
          "In %s the %s (%d tokens, %d a prompt) does not fit the text encoder (%d, %d); take both from the same checkpoint."
              .formatted(
                  checkpoint.folder(),
                  folder,
                  tokenizer.vocabSize(),
                  tokenizer.modelMaxLength(),
                  model.config().vocabSize(),
                  model.config().maxPositionEmbeddings()));
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    textModel.close();
  }
}
