package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.nn.Embedding;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private final List<Tensor> vectors;
  private final List<Embedding> taught = new ArrayList<>();

  /**
   * A word for models with one text encoder.
   *
   * @param token the placeholder, such as {@code <line-art>}
   * @param vectors (n, hiddenSize) of the text encoder, n at least 1; closed with this object
   * @throws InvalidInputException if the token is blank
   */
  public LearnedEmbedding(String token, Tensor vectors) {
    this(token, List.of(vectors));
  }

  /**
   * A word for models with several text encoders.
   *
   * @param vectors for each encoder, (n, hiddenSize of that encoder) with one n for all
   * @throws InvalidInputException if the token is blank
   */
  public LearnedEmbedding(String token, List<Tensor> vectors) {
    if (token.isBlank()) {
      throw new InvalidInputException(
          "An embedding needs a token to stand for it in prompts, <line-art> for example.");
    }
    if (vectors.isEmpty()
        || vectors.stream().anyMatch(v -> v.dim() != 2 || v.size(0) != vectors.get(0).size(0))
        || vectors.get(0).size(0) == 0) {
      throw new IllegalArgumentException("(n, hiddenSize) is needed, n for all the same.");
    }
    this.token = token;
    this.vectors = List.copyOf(vectors);
  }

  /**
   * The word of a file with one, see {@link EmbeddingFile}.
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
    List<LearnedEmbedding> words = EmbeddingFile.read(path, otherToken);
    if (words.size() > 1) {
      words.forEach(LearnedEmbedding::close);
      throw new InvalidInputException(
          "%s holds %d words, but one is needed here; take a file with one."
              .formatted(path, words.size()));
    }
    return words.get(0);
  }

  public String token() {
    return token;
  }

  /** How many text encoders it was learnt for. */
  public int encoders() {
    return vectors.size();
  }

  /** (n, hiddenSize) of the first text encoder. */
  public Tensor vectors() {
    return vectors.get(0);
  }

  /**
   * Writes it as diffusers' training script does, for one text encoder.
   *
   * @param file by convention {@value #NAME}
   * @throws InvalidInputException if it cannot be written
   */
  public void write(Path file) {
    SafetensorsWriter.write(file, Map.of(token, vectors()), Map.of("format", "pt"));
  }

  /** One token a vector: the placeholder, then {@code <line-art>_1} and so on. */
  public List<String> tokens() {
    return IntStream.range(0, Math.toIntExact(vectors().size(0)))
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
    if (vectors.size() > 1) {
      throw new InvalidInputException(
          "The embedding of '%s' is for models with %d text encoders, but this one has one; choose one for this model's family."
              .formatted(token, vectors.size()));
    }
    return teach(tokenizer, textEncoder, 0);
  }

  /**
   * As above, where a model has several text encoders.
   *
   * @param encoder which it is, from 0
   * @throws InvalidInputException also if the word was not learnt for as many encoders
   */
  public CLIPTokenizer teach(CLIPTokenizer tokenizer, CLIPTextModel textEncoder, int encoder) {
    if (encoder >= vectors.size()) {
      throw new InvalidInputException(
          "The embedding of '%s' is for models with %d text encoder(s), but this one has more; choose one for this model's family."
              .formatted(token, vectors.size()));
    }
    Tensor ofEncoder = vectors.get(encoder);
    int hidden = textEncoder.config().hiddenSize();
    if (ofEncoder.size(1) != hidden) {
      throw new InvalidInputException(
          "The embedding of '%s' has vectors of %d numbers, the text encoder's have %d; is it for another family of models?"
              .formatted(token, ofEncoder.size(1), hidden));
    }
    CLIPTokenizer extended = tokenizer.withAddedTokens(tokens());
    textEncoder.tokenEmbedding().put(extended.addedTokens().get(token), ofEncoder);
    taught.add(textEncoder.tokenEmbedding());
    return extended;
  }

  /** Lets every text encoder forget it, and frees the vectors. */
  @Override
  public void close() {
    taught.forEach(embedding -> vectors.forEach(embedding::remove));
    vectors.forEach(Tensor::close);
  }
}
