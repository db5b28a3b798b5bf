package io.chiaroscuro.prompt;

import java.util.Arrays;

/**
 * As many tokens as a text encoder takes at once: start, text, end, padding.
 *
 * @param inputIds as many as the tokenizer's maximum length
 * @param weights one each; those of start, end and padding are 1
 */
record TokenChunk(long[] inputIds, float[] weights) {

  static TokenChunk unweighted(long[] inputIds) {
    float[] weights = new float[inputIds.length];
    Arrays.fill(weights, 1);
    return new TokenChunk(inputIds, weights);
  }

  boolean isWeighted() {
    for (float weight : weights) {
      if (weight != 1) {
        return true;
      }
    }
    return false;
  }
}
