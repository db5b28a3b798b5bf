package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.nn.Embedding;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A word of one's own: a placeholder in prompts and the vectors it stands for, found by textual
 * inversion (<a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022</a>).
 */
public final class LearnedEmbedding implements AutoCloseable {

  /** The file that diffusers looks for in a folder. */
  public static final String NAME = "learned_embeds.safetensors";

  private final String token;
  private final Tensor vectors;
  private final List<Embedding> taught = new ArrayList<>();

  /**
   * @param token the placeholder, such as {@code <line-art>}
   * @param vectors (n, hiddenSize) of the text encoder, n at least 1; closed with this object
   * @throws InvalidInputException if the token is blank
   */
  public LearnedEmbedding(String token, Tensor vectors) {
    if (token.isBlank()) {
      throw new InvalidInputException(
          "An embedding needs a token to stand for it in prompts, <line-art> for example.");
    }
    if (vectors.dim() != 2 || vectors.size(0) == 0) {
      throw new IllegalArgumentException("(n, hiddenSize) is needed.");
    }
    this.token = token;
    this.vectors = vectors;
  }

  /**
   * Reads what diffusers writes: one tensor, (n, hiddenSize) or (hiddenSize), named as its token.
   *
   * @param path a file, or a folder with {@value #NAME} in it
   * @return float32 on the CPU
   * @throws InvalidInputException if it is damaged or holds something else
   */
  public static LearnedEmbedding read(Path path) {
    return read(path, Optional.empty());
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param otherToken a placeholder in place of the file's own
   */
  public static LearnedEmbedding read(Path path, Optional<String> otherToken) {
    Path location = Files.isDirectory(path) ? path.resolve(NAME) : path;
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(location)) {
      if (file.entries().size() + file.foreignTensors().size() != 1) {
        throw new InvalidInputException(
            "%s holds %d tensors, but an embedding is one, named as its token; take the file that textual inversion wrote."
                .formatted(location, file.entries().size() + file.foreignTensors().size()));
      }
      String token =
          file.entries().keySet().stream()
              .findFirst()
              .orElseGet(() -> file.foreignTensors().keySet().iterator().next());
      Tensor stored = file.tensor(token);
      if (!DType.of(stored).isFloatingPoint()
          || stored.dim() < 1
          || stored.dim() > 2
          || stored.numel() == 0
          || !Tensors.isFinite(stored)) {
        throw new InvalidInputException(
            "In %s the tensor is %s of shape %s; an embedding is one or several vectors of finite numbers."
                .formatted(location, DType.of(stored), Arrays.toString(Tensors.shape(stored))));
      }
      Tensor vectors = stored.view(-1, stored.size(-1));
      return new LearnedEmbedding(
          otherToken.orElse(token), scope.own(Tensors.to(vectors, Device.CPU, DType.FLOAT32)));
    }
  }

  public String token() {
    return token;
  }

  /** (n, hiddenSize). */
  public Tensor vectors() {
    return vectors;
  }

  /**
   * Writes it as diffusers' training script does.
   *
   * @param file by convention {@value #NAME}
   * @throws InvalidInputException if it cannot be written
   */
  public void write(Path file) {
    SafetensorsWriter.write(file, Map.of(token, vectors), Map.of("format", "pt"));
  }

  /** One token a vector: the placeholder, then {@code <line-art>_1} and so on. */
  public List<String> tokens() {
    return IntStream.range(0, Math.toIntExact(vectors.size(0)))
        .mapToObj(i -> i == 0 ? token : token + "_" + i)
        .toList();
  }

  /**
   * Lets a text encoder understand the placeholder. It computes with these very vectors, so that
   * gradients flow into them where they are leaves that require them.
   *
   * @param tokenizer the encoder's; stays as it is
   * @return a tokenizer that knows the placeholder too, to be closed by the caller
   * @throws InvalidInputException if the vectors are not as long as the encoder's, or the token is
   *     known already
   */
  public CLIPTokenizer teach(CLIPTokenizer tokenizer, CLIPTextModel textEncoder) {
    int hidden = textEncoder.config().hiddenSize();
    if (vectors.size(1) != hidden) {
      throw new InvalidInputException(
          "The embedding of '%s' has vectors of %d numbers, the text encoder's have %d; is it for another family of models?"
              .formatted(token, vectors.size(1), hidden));
    }
    CLIPTokenizer extended = tokenizer.withAddedTokens(tokens());
    textEncoder.tokenEmbedding().put(extended.addedTokens().get(token), vectors);
    taught.add(textEncoder.tokenEmbedding());
    return extended;
  }

  /** Lets every text encoder forget it, and frees the vectors. */
  @Override
  public void close() {
    taught.forEach(embedding -> embedding.remove(vectors));
    vectors.close();
  }
}
