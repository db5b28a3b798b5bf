package io.chiaroscuro.clip;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Embedding;
import io.chiaroscuro.nn.LayerNorm;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIP's text encoder: a causal transformer that turns a prompt's tokens into the vectors the UNet
 * attends to (<a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021</a>).
 */
public final class CLIPTextModel implements AutoCloseable {

  private final CLIPTextConfig config;
  private final Weights weights;
  private final Segments segments;
  private final Embedding tokenEmbedding;
  private final Embedding positionEmbedding;
  private final List<CLIPEncoderLayer> layers;
  private final LayerNorm finalLayerNorm;

  /** As below, each layer computed at once. */
  public CLIPTextModel(CLIPTextConfig config, Weights weights) {
    this(config, weights, Segments.PLAIN);
  }

  /**
   * @param weights closed with this object
   * @param segments how its layers are computed; stays the caller's
   * @throws InvalidInputException if tensors are missing, surplus or misshapen
   */
  public CLIPTextModel(CLIPTextConfig config, Weights weights, Segments segments) {
    this.config = config;
    this.weights = weights;
    this.segments = segments;
    Weights embeddings = weights.at("embeddings");
    this.tokenEmbedding =
        new Embedding(embeddings.at("token_embedding"), config.vocabSize(), config.hiddenSize());
    this.positionEmbedding =
        new Embedding(
            embeddings.at("position_embedding"),
            config.maxPositionEmbeddings(),
            config.hiddenSize());
    this.layers =
        IntStream.range(0, config.numHiddenLayers())
            .mapToObj(i -> new CLIPEncoderLayer(config, weights.at("encoder.layers", i)))
            .toList();
    this.finalLayerNorm =
        new LayerNorm(weights.at("final_layer_norm"), config.hiddenSize(), config.layerNormEps());
    weights.requireNoSurplus();
  }

  /**
   * @throws InvalidInputException if config or weights are missing or do not fit each other
   */
  public static CLIPTextModel load(Checkpoint checkpoint, DType dtype, Device device) {
    return load(checkpoint, dtype, device, Segments.PLAIN);
  }

  /**
   * As {@link #load(Checkpoint, DType, Device)}, its segments computed as {@code segments} says.
   */
  public static CLIPTextModel load(
      Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    CLIPTextConfig config = CLIPTextConfig.read(checkpoint.config(Component.TEXT_ENCODER));
    return checkpoint.build(
        Component.TEXT_ENCODER,
        dtype,
        device,
        weights -> new CLIPTextModel(config, weights, segments));
  }

  public CLIPTextConfig config() {
    return config;
  }

  public Weights weights() {
    return weights;
  }

  /** The vectors of tokens, where new ones find their place. */
  public Embedding tokenEmbedding() {
    return tokenEmbedding;
  }

  /** As {@link #forward(Tensor, int)} with all layers. */
  public Tensor forward(Tensor inputIds) {
    return forward(inputIds, 0);
  }

  /**
   * Encodes prompts.
   *
   * @param inputIds int64 (B, N), N at most 77
   * @param clipSkip how many of the last layers to leave out, as diffusers counts: 1 means the
   *     output of the layer before the last. The final layer norm is applied all the same.
   * @return (B, N, hiddenSize)
   */
  public Tensor forward(Tensor inputIds, int clipSkip) {
    int end = layersBut(clipSkip, 0);
    try (var scope = new TensorScope()) {
      return scope.keep(
          Profile.network(
              "text encoder", () -> finalLayerNorm.forward(through(0, end, embed(inputIds)))));
    }
  }

  /**
   * Encodes prompts as Stable Diffusion XL reads them: the output of the layer before the last,
   * without the final layer norm.
   *
   * @param inputIds int64 (B, N), N at most 77
   * @param clipSkip how many layers more to leave out, as diffusers counts there
   * @return (B, N, hiddenSize)
   */
  public Tensor penultimate(Tensor inputIds, int clipSkip) {
    int end = layersBut(clipSkip, 1);
    try (var scope = new TensorScope()) {
      return scope.keep(Profile.network("text encoder", () -> through(0, end, embed(inputIds))));
    }
  }

  /** How many layers are left without the last {@code always} and {@code clipSkip} more. */
  int layersBut(int clipSkip, int always) {
    int most = layers.size() - always;
    if (clipSkip < 0 || clipSkip > most) {
      throw new InvalidInputException(
          "clip skip is %d; the text encoder has %d layers, choose 0 to %d."
              .formatted(clipSkip, layers.size(), most));
    }
    return most - clipSkip;
  }

  /** Ids (B, N) to what enters the first layer. */
  Tensor embed(Tensor inputIds) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          tokenEmbedding.forward(inputIds).add(positionEmbedding.first(inputIds.size(1))));
    }
  }

  /** From what enters layer {@code from} to what enters layer {@code to}. */
  Tensor through(int from, int to, Tensor hiddenStates) {
    try (var scope = new TensorScope()) {
      Tensor x = hiddenStates;
      for (CLIPEncoderLayer layer : layers.subList(from, to)) {
        x = segments.run(in -> layer.forward(in[0]), x);
      }
      return scope.keep(x);
    }
  }

  /** From what leaves the last layer to the model's output. */
  Tensor normed(Tensor hiddenStates) {
    return finalLayerNorm.forward(hiddenStates);
  }

  @Override
  public void close() {
    weights.close();
  }
}
