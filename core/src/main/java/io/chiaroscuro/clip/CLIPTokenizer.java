package io.chiaroscuro.clip;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.Tensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIP's byte-level BPE tokenizer, id for id the one of transformers.
 *
 * <p>A text is brought to NFC, its whitespace collapsed, lowercased, split into words, each word's
 * UTF-8 bytes merged by the vocabulary's pairs; {@code <|startoftext|>} goes before, {@code
 * <|endoftext|>} behind, and the checkpoint's own padding token fills the rest.
 *
 * <p>An added token {@code <x>} beside which {@code <x>_1} and so on were added stands for all of
 * them, as in diffusers' pipelines.
 *
 * <p>The tokenizers library below never asks a network: {@code ai.djl.offline} is set unless the
 * application has set it itself. Its native part is unpacked once into {@code ~/.djl.ai} (or where
 * {@code DJL_CACHE_DIR} points). Instances may be used from several threads.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, section 2.4</a>
 */
public final class CLIPTokenizer implements AutoCloseable {

  static {
    System.getProperties().putIfAbsent("ai.djl.offline", "true");
  }

  /**
   * A prompt as the text encoder takes it.
   *
   * @param inputIds as many as the tokenizer's maximum length
   * @param truncatedText what of the prompt did not fit, empty if all did
   */
  public record Tokens(long[] inputIds, Optional<String> truncatedText) {}

  private final TokenizerDefinition definition;
  private final Map<String, Integer> addedTokens;

  /** What the first of several tokens of one placeholder is replaced by. */
  private final Map<String, String> expansions;

  private final HuggingFaceTokenizer tokenizer;

  private CLIPTokenizer(TokenizerDefinition definition) {
    this.definition = definition;
    this.addedTokens = Collections.unmodifiableMap(definition.addedTokenIds());
    this.expansions = expansions(addedTokens.keySet());
    byte[] document = definition.toJson().getBytes(StandardCharsets.UTF_8);
    try {
      // Prompts are padded and truncated here: the library would not tell what it cut off.
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(document),
              Map.of("truncation", "false", "padding", "false"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Loads a checkpoint's {@code tokenizer} folder: {@code vocab.json} and {@code merges.txt}, or
   * {@code tokenizer.json}, with the configuration files beside them.
   *
   * @throws InvalidInputException if a file is missing or malformed
   */
  public static CLIPTokenizer load(Path folder) {
    return new CLIPTokenizer(TokenizerFolder.read(folder));
  }

  /**
   * A tokenizer that also knows these placeholders, such as {@code <line-art>}; their ids follow
   * the last one of this tokenizer, which stays as it is.
   *
   * @throws InvalidInputException if one of them is empty or already known
   */
  public CLIPTokenizer withAddedTokens(List<String> contents) {
    for (String content : contents) {
      if (content.isBlank()
          || definition.vocab().containsKey(content)
          || addedTokens.containsKey(content)
          || Collections.frequency(contents, content) > 1) {
        throw new InvalidInputException(
            "The token '%s' cannot be added: it is empty or already there; choose another placeholder."
                .formatted(content));
      }
    }
    return new CLIPTokenizer(definition.withAddedTokens(contents));
  }

  /** The prompt's ids, padded or truncated to {@link #modelMaxLength()}. */
  public Tokens encode(String text) {
    long[] ids = ids(text);
    int length = modelMaxLength();
    long[] inputIds = Arrays.copyOf(ids, length);
    if (ids.length <= length) {
      Arrays.fill(inputIds, ids.length, length, padTokenId());
      return new Tokens(inputIds, Optional.empty());
    }
    inputIds[length - 1] = eosTokenId();
    long[] cut = Arrays.copyOfRange(ids, length - 1, ids.length - 1);
    return new Tokens(inputIds, Optional.of(decode(cut)));
  }

  /** All of the text's ids, without start, end, padding and limit. */
  public long[] textIds(String text) {
    long[] ids = ids(text);
    return Arrays.copyOfRange(ids, 1, ids.length - 1);
  }

  /** Ids of the tokens that only continue a placeholder, {@code <x>_1} and so on. */
  public Set<Long> continuations() {
    return expansions.keySet().stream()
        .flatMap(
            token ->
                IntStream.iterate(1, i -> addedTokens.containsKey(token + "_" + i), i -> i + 1)
                    .mapToObj(i -> addedTokens.get(token + "_" + i).longValue()))
        .collect(Collectors.toSet());
  }

  /** A batch of prompts, int64 of shape (prompts, {@link #modelMaxLength()}). */
  public Tensor tensor(List<String> prompts) {
    long[] ids = prompts.stream().flatMapToLong(p -> Arrays.stream(encode(p).inputIds())).toArray();
    return Tensors.of(ids, prompts.size(), modelMaxLength());
  }

  /** The text of {@code ids}: lowercase, one space between words. */
  public String decode(long[] ids) {
    return tokenizer.decode(ids, false).replace("</w>", " ").strip();
  }

  /** How many ids every prompt has after padding or truncation: 77 in all of Stable Diffusion. */
  public int modelMaxLength() {
    return definition.modelMaxLength();
  }

  /** What fills a prompt's end: the id of {@code <|endoftext|>} in 1.x, of {@code !} in 2.x. */
  public int padTokenId() {
    return addedTokens.get(definition.padToken());
  }

  /** The id every prompt starts with. */
  public int bosTokenId() {
    return addedTokens.get(definition.bosToken());
  }

  /** The id that ends the text, where the text encoder pools. */
  public int eosTokenId() {
    return addedTokens.get(definition.eosToken());
  }

  /** Ids of the special tokens and placeholders. */
  public Map<String, Integer> addedTokens() {
    return addedTokens;
  }

  /**
   * How many rows the text encoder's token embedding needs: the vocabulary and the added tokens.
   */
  public int vocabSize() {
    return definition.size();
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  /** All of the prompt's ids with the start and end tokens. */
  private long[] ids(String text) {
    long[] ids = plainIds(text);
    if (expansions.isEmpty()) {
      return ids;
    }
    Set<Long> present = LongStream.of(ids).boxed().collect(Collectors.toSet());
    String expanded = text;
    for (Map.Entry<String, String> expansion : expansions.entrySet()) {
      if (present.contains(addedTokens.get(expansion.getKey()).longValue())) {
        expanded = expanded.replace(expansion.getKey(), expansion.getValue());
      }
    }
    return expanded.equals(text) ? ids : plainIds(expanded);
  }

  private long[] plainIds(String text) {
    Encoding encoding = tokenizer.encode(wellFormed(text), true, false);
    return encoding.getIds();
  }

  private static Map<String, String> expansions(Set<String> addedTokens) {
    Map<String, String> expansions = new LinkedHashMap<>();
    for (String token : addedTokens) {
      StringBuilder all = new StringBuilder(token);
      for (int i = 1; addedTokens.contains(token + "_" + i); i++) {
        all.append(' ').append(token).append('_').append(i);
      }
      if (all.length() > token.length()) {
        expansions.put(token, all.toString());
      }
    }
    return expansions;
  }

  /** Half a surrogate pair is no character; the replacement character stands in for it. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.UTF_16LE);
  }
}
