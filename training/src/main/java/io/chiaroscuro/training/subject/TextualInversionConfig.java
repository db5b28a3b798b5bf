package io.chiaroscuro.training.subject;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Which word to learn (<a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022</a>), in the
 * terms of diffusers' training script.
 *
 * @param placeholderToken what stands for it in prompts, {@code <line-art>}
 * @param initializerToken a word of the vocabulary whose vector every new one starts as
 * @param numVectors how many vectors the word has, 1 or more
 */
public record TextualInversionConfig(
    String placeholderToken, String initializerToken, int numVectors) {

  public TextualInversionConfig {
    if (numVectors < 1) {
      throw new InvalidInputException(
          "A word of %d vectors cannot be learnt; give 1 or more.".formatted(numVectors));
    }
  }

  /**
   * The word as it is before training: float32 vectors that are a leaf and require gradients. The
   * text encoder computes with them once it is {@linkplain LearnedEmbedding#teach taught} the word.
   *
   * @param tokenizer the text encoder's
   * @return to be closed by the caller
   * @throws InvalidInputException unless the initializer is exactly one token
   */
  public LearnedEmbedding create(CLIPTokenizer tokenizer, CLIPTextModel textEncoder) {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      Tensor id = Tensors.of(new long[] {initializerId(tokenizer)}, 1);
      Tensor vector =
          textEncoder
              .tokenEmbedding()
              .forward(Tensors.to(id, textEncoder.weights().device(), DType.INT64));
      Tensor vectors =
          Tensors.to(vector, textEncoder.weights().device(), DType.FLOAT32).repeat(numVectors, 1);
      LearnedEmbedding word = new LearnedEmbedding(placeholderToken, scope.own(vectors));
      vectors.set_requires_grad(true);
      return word;
    }
  }

  private long initializerId(CLIPTokenizer tokenizer) {
    long[] ids = tokenizer.encode(initializerToken).inputIds();
    if (ids[1] == tokenizer.eosTokenId() || ids[2] != tokenizer.eosTokenId()) {
      throw new InvalidInputException(
          "The initializer token '%s' is not one token of this vocabulary; choose a simpler word."
              .formatted(initializerToken));
    }
    return ids[1];
  }
}
