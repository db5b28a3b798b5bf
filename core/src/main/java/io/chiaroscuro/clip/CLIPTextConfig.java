package io.chiaroscuro.clip;

import static io.chiaroscuro.checkpoint.FieldRules.requireGiven;
import static io.chiaroscuro.checkpoint.FieldRules.requirePositive;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.ConfigFile;
import io.chiaroscuro.nn.Activation;
import java.nio.file.Path;

/**
 * The text encoder's {@code config.json}.
 *
 * @param vocabSize number of tokens
 * @param hiddenSize length of a token's vector
 * @param intermediateSize width of the feed-forward layers
 * @param numHiddenLayers number of transformer layers
 * @param numAttentionHeads heads of the attention, a divisor of {@code hiddenSize}
 * @param maxPositionEmbeddings longest sequence, 77 in all published checkpoints
 * @param hiddenAct {@code quick_gelu} in Stable Diffusion 1.x, {@code gelu} in 2.x
 * @param layerNormEps added to the variance in layer norms
 * @param projectionDim length of the pooled vector, where the model projects one
 * @param bosTokenId the token that begins a prompt; nothing here asks for it, but transformers does
 * @param eosTokenId the token it is pooled at; 2, which many files have by mistake, stands for the
 *     highest id of each prompt
 */
public record CLIPTextConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int maxPositionEmbeddings,
    Activation hiddenAct,
    double layerNormEps,
    int projectionDim,
    int bosTokenId,
    int eosTokenId) {

  /** The mistaken {@code eos_token_id} of files older than transformers 4.32. */
  static final int LEGACY_EOS_TOKEN_ID = 2;

  /** transformers' default. */
  private static final int UNUSED_PROJECTION_DIM = 512;

  /** transformers' defaults. */
  public static final CLIPTextConfig DEFAULTS =
      new CLIPTextConfig(49408, 512, 2048, 12, 8, 77, Activation.QUICK_GELU, 1e-5);

  public CLIPTextConfig {
    requirePositive("vocab_size", vocabSize);
    requirePositive("hidden_size", hiddenSize);
    requirePositive("intermediate_size", intermediateSize);
    requirePositive("num_hidden_layers", numHiddenLayers);
    requirePositive("num_attention_heads", numAttentionHeads);
    requirePositive("max_position_embeddings", maxPositionEmbeddings);
    requireGiven("hidden_act", hiddenAct);
    requirePositive("layer_norm_eps", layerNormEps);
    requirePositive("projection_dim", projectionDim);
    if (hiddenSize % numAttentionHeads != 0) {
      throw new InvalidInputException(
          "field 'hidden_size' (%d) must be a multiple of 'num_attention_heads' (%d)."
              .formatted(hiddenSize, numAttentionHeads));
    }
  }

  /**
   * Of a model that projects nothing, and whose vocabulary ends, as CLIP's does, with the tokens
   * that begin and end a prompt.
   */
  public CLIPTextConfig(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads,
      int maxPositionEmbeddings,
      Activation hiddenAct,
      double layerNormEps) {
    this(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        maxPositionEmbeddings,
        hiddenAct,
        layerNormEps,
        UNUSED_PROJECTION_DIM,
        vocabSize - 2,
        vocabSize - 1);
  }

  /**
   * @throws InvalidInputException naming file and field of what cannot be used
   */
  public static CLIPTextConfig read(Path file) {
    return ConfigFile.read(file, DEFAULTS);
  }
}
