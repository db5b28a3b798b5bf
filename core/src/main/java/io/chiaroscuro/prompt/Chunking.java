package io.chiaroscuro.prompt;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Cuts one prompt into chunks of 75 tokens, as AUTOMATIC1111's web UI does with its defaults.
 *
 * <p>Where the last comma of a full chunk is among its latest {@value #COMMA_BACKTRACK} tokens,
 * what follows the comma moves to the next chunk, so that a phrase is not torn. The vectors of a
 * learnt word stay together.
 */
final class Chunking {

  private static final int COMMA_BACKTRACK = 20;
  private static final int NONE = -1;

  private final CLIPTokenizer tokenizer;
  private final int capacity;
  private final long comma;
  private final Set<Long> continuations;
  private final List<TokenChunk> chunks = new ArrayList<>();

  /** Of the chunk being filled, without its start. */
  private final long[] ids;

  private final float[] weights;
  private int size;
  private int lastComma = NONE;

  Chunking(CLIPTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.capacity = tokenizer.modelMaxLength() - 2;
    this.comma = tokenizer.textIds(",")[0];
    this.continuations = tokenizer.continuations();
    this.ids = new long[capacity];
    this.weights = new float[capacity];
  }

  /** A section begins a chunk, and an empty one is a chunk of padding unless it is the last. */
  List<TokenChunk> chunks(List<List<WeightedText>> sections) {
    for (int i = 0; i < sections.size(); i++) {
      sections.get(i).forEach(this::add);
      boolean isLast = i == sections.size() - 1;
      if (!isLast || size > 0 || chunks.isEmpty()) {
        finish();
      }
    }
    return chunks;
  }

  private void add(WeightedText text) {
    long[] tokens = tokenizer.textIds(text.text());
    for (int start = 0; start < tokens.length; ) {
      int end = start + 1;
      while (end < tokens.length && continuations.contains(tokens[end])) {
        end++;
      }
      add(Arrays.copyOfRange(tokens, start, end), (float) text.weight());
      start = end;
    }
  }

  /** Adds tokens that stay together. */
  private void add(long[] word, float weight) {
    if (word.length > capacity) {
      throw new InvalidInputException(
          "A learnt word of %d vectors does not fit into a chunk of %d tokens; use one with fewer."
              .formatted(word.length, capacity));
    }
    if (word[0] == comma) {
      lastComma = size;
    } else if (size == capacity && lastComma != NONE && size - lastComma <= COMMA_BACKTRACK) {
      finishAfter(lastComma);
    }
    if (size + word.length > capacity) {
      finish();
    }
    for (long id : word) {
      ids[size] = id;
      weights[size++] = weight;
    }
  }

  private void finishAfter(int last) {
    int moved = size - (last + 1);
    long[] movedIds = Arrays.copyOfRange(ids, last + 1, size);
    float[] movedWeights = Arrays.copyOfRange(weights, last + 1, size);
    size = last + 1;
    finish();
    System.arraycopy(movedIds, 0, ids, 0, moved);
    System.arraycopy(movedWeights, 0, weights, 0, moved);
    size = moved;
  }

  private void finish() {
    int length = tokenizer.modelMaxLength();
    long[] inputIds = new long[length];
    inputIds[0] = tokenizer.bosTokenId();
    System.arraycopy(ids, 0, inputIds, 1, size);
    inputIds[size + 1] = tokenizer.eosTokenId();
    Arrays.fill(inputIds, size + 2, length, tokenizer.padTokenId());
    TokenChunk chunk = TokenChunk.unweighted(inputIds);
    System.arraycopy(weights, 0, chunk.weights(), 1, size);
    chunks.add(chunk);
    size = 0;
    lastComma = NONE;
  }
}
