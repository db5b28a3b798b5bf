package io.chiaroscuro.prompt;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Prompts on their way through a text encoder, each in as many chunks as the longest: P prompts of
 * n chunks are a batch of P n sequences, whose encodings become P sequences of n times the length.
 *
 * <pre>{@code
 * Tensor states = prompts.join(textEncoder.forward(prompts.inputIds()));
 * }</pre>
 *
 * <p>A model with several text encoders does so with each one's tokenizer; what an encoder pools is
 * taken {@linkplain #ofFirstChunk of the first chunk}.
 */
public final class TokenizedPrompts {

  private final List<List<TokenChunk>> prompts;
  private final TokenChunk empty;
  private final int chunks;

  private TokenizedPrompts(List<List<TokenChunk>> prompts, TokenChunk empty, int chunks) {
    this.prompts = prompts.stream().map(prompt -> padded(prompt, empty, chunks)).toList();
    this.empty = empty;
    this.chunks = chunks;
  }

  /**
   * Tokenizes prompts.
   *
   * @throws InvalidInputException if a weight is no number, or a learnt word does not fit a chunk
   */
  public static TokenizedPrompts of(
      CLIPTokenizer tokenizer, PromptSyntax syntax, List<String> prompts) {
    List<List<TokenChunk>> chunked =
        prompts.stream().map(prompt -> syntax.chunks(tokenizer, prompt)).toList();
    return new TokenizedPrompts(
        chunked,
        TokenChunk.unweighted(tokenizer.encode("").inputIds()),
        chunked.stream().mapToInt(List::size).max().orElse(1));
  }

  /** How many chunks each of them has. */
  public int chunks() {
    return chunks;
  }

  /** The same with empty chunks behind, so that there are at least {@code atLeast} of them. */
  public TokenizedPrompts padded(int atLeast) {
    return new TokenizedPrompts(prompts, empty, Math.max(chunks, atLeast));
  }

  private static List<TokenChunk> padded(List<TokenChunk> prompt, TokenChunk empty, int chunks) {
    List<TokenChunk> padded = new ArrayList<>(prompt);
    padded.addAll(Collections.nCopies(chunks - prompt.size(), empty));
    return padded;
  }

  /** What the text encoder takes: int64 (P n, tokens) on the CPU. */
  public Tensor inputIds() {
    long[][] rows = rows().map(TokenChunk::inputIds).toArray(long[][]::new);
    return Tensors.of(
        Stream.of(rows).flatMapToLong(Arrays::stream).toArray(), rows.length, rows[0].length);
  }

  /**
   * Puts the encoded chunks of each prompt together, weighted: {@code h_i <- w_i h_i}, all of a
   * chunk then scaled so that their mean is what it was before. Without weights nothing is
   * computed.
   *
   * @param states (P n, tokens, C), any floating type
   * @return (P, n tokens, C) of the same type
   * @throws InvalidInputException if weights make them infinite
   */
  public Tensor join(Tensor states) {
    try (var scope = new TensorScope()) {
      Tensor weighted = rows().anyMatch(TokenChunk::isWeighted) ? weighted(states) : states;
      return scope.keep(weighted.reshape(prompts.size(), -1, states.size(2)));
    }
  }

  /**
   * What stands for a whole prompt.
   *
   * @param pooled (P n, C), what the encoder pooled from each chunk
   * @return (P, C), of the first chunks
   */
  public Tensor ofFirstChunk(Tensor pooled) {
    try (var scope = new TensorScope()) {
      return scope.keep(pooled.reshape(prompts.size(), chunks, -1).select(1, 0));
    }
  }

  private Tensor weighted(Tensor states) {
    try (var scope = new TensorScope()) {
      DType dtype = DType.of(states);
      Tensor before = states.to(DType.FLOAT32.torch());
      Tensor after = before.mul(weights(states));
      Tensor result = after.mul(mean(before).div(mean(after))).to(dtype.torch());
      if (!Tensors.isFinite(result) && Tensors.isFinite(states)) {
        throw new InvalidInputException(
            "The weights in the prompt leave no finite encoding of it; give some around 1, (word:1.3) for example.");
      }
      return scope.keep(result);
    }
  }

  private static Tensor mean(Tensor states) {
    long[] allButBatch = {1, 2};
    return states.mean(allButBatch, true, new ScalarTypeOptional());
  }

  /** (P n, tokens, 1) where {@code states} are. */
  private Tensor weights(Tensor states) {
    try (var scope = new TensorScope()) {
      int tokens = (int) states.size(1);
      float[] weights = new float[(int) states.size(0) * tokens];
      List<TokenChunk> rows = rows().toList();
      for (int row = 0; row < rows.size(); row++) {
        System.arraycopy(rows.get(row).weights(), 0, weights, row * tokens, tokens);
      }
      return scope.keep(
          Tensors.of(weights, states.size(0), tokens, 1)
              .to(states.device(), DType.FLOAT32.torch()));
    }
  }

  private Stream<TokenChunk> rows() {
    return prompts.stream().flatMap(List::stream);
  }
}
