package io.chiaroscuro.training.data;

import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Captions as token ids, each distinct one tokenized once. Not thread-safe. */
public final class TokenizedCaptions {

  private final CLIPTokenizer tokenizer;
  private final Map<String, long[]> known = new HashMap<>();

  /**
   * @param tokenizer belongs to the caller
   */
  public TokenizedCaptions(CLIPTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** int64 (B, N) on the CPU, padded or truncated to the tokenizer's maximum length N. */
  public Tensor inputIds(List<String> captions) {
    int length = tokenizer.modelMaxLength();
    long[] ids = new long[captions.size() * length];
    for (int i = 0; i < captions.size(); i++) {
      long[] caption =
          known.computeIfAbsent(captions.get(i), text -> tokenizer.encode(text).inputIds());
      System.arraycopy(caption, 0, ids, i * length, length);
    }
    return Tensors.of(ids, captions.size(), length);
  }
}
