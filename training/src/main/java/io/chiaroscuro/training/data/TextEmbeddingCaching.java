package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Encodes every distinct caption once and keeps the text encoder's output on disk: kohya's {@code
 * cache_text_encoder_outputs_to_disk}. Only for a text encoder that is not itself trained.
 *
 * <p>What one text encoder puts out with one clip skip in one element type lies in a folder of its
 * own; within it a caption is known by its tokens.
 *
 * @param folder where the folders of embeddings lie
 * @param dtype they are stored in: float16 or float32
 * @param batchSize captions encoded together, at least 1
 */
public record TextEmbeddingCaching(Path folder, DType dtype, int batchSize) {

  /** Rows of a shard, at most: what a kill can cost. */
  static final int SHARD_ROWS = 256;

  public TextEmbeddingCaching {
    if (dtype != DType.FLOAT16 && dtype != DType.FLOAT32) {
      throw new InvalidInputException(
          "Text embeddings cannot be cached in %s; choose float16 or float32.".formatted(dtype));
    }
    if (batchSize < 1) {
      throw new InvalidInputException("The batch size is %d; give 1 or more.".formatted(batchSize));
    }
  }

  /**
   * Encodes what is not yet there.
   *
   * @param captions to be asked for, repeated or not; the empty one is always there
   * @param clipSkip how many of the last layers to leave out, as in {@link CLIPTextModel#forward}
   * @throws InvalidInputException if nothing can be written
   */
  public TextEmbeddingCache fill(
      Collection<String> captions,
      int clipSkip,
      CLIPTokenizer tokenizer,
      CLIPTextModel textEncoder,
      CachingProgress progress) {
    Map<String, long[]> idsByKey = new LinkedHashMap<>();
    Map<String, String> keyByCaption = new HashMap<>();
    List<String> all = new ArrayList<>(captions);
    all.add("");
    for (String caption : all) {
      keyByCaption.computeIfAbsent(
          caption,
          c -> {
            long[] ids = tokenizer.encode(c).inputIds();
            String key = Fingerprint.of(Arrays.toString(ids));
            idsByKey.put(key, ids);
            return key;
          });
    }
    String origin = "%s %d %s".formatted(Fingerprint.of(textEncoder.weights()), clipSkip, dtype);
    var shards = new ShardFolder(folder.resolve("text-" + Fingerprint.of(origin)));
    try {
      List<String> missing = idsByKey.keySet().stream().filter(key -> !shards.has(key)).toList();
      for (int start = 0; start < missing.size(); start += SHARD_ROWS) {
        List<String> keys = missing.subList(start, Math.min(start + SHARD_ROWS, missing.size()));
        write(shards, keys, idsByKey, clipSkip, textEncoder);
        progress.at(start + keys.size(), missing.size());
      }
    } catch (RuntimeException e) {
      shards.close();
      throw e;
    }
    return new TextEmbeddingCache(shards, keyByCaption);
  }

  @SuppressWarnings("try") // The guard acts by being open.
  private void write(
      ShardFolder shards,
      List<String> keys,
      Map<String, long[]> idsByKey,
      int clipSkip,
      CLIPTextModel textEncoder) {
    try (var scope = new TensorScope();
        var guard = new NoGradGuard()) {
      var hiddenStates = new TensorVector();
      for (int start = 0; start < keys.size(); start += batchSize) {
        List<long[]> batch =
            keys.subList(start, Math.min(start + batchSize, keys.size())).stream()
                .map(idsByKey::get)
                .toList();
        hiddenStates.push_back(encode(batch, clipSkip, textEncoder));
      }
      shards.add(keys, Map.of(TextEmbeddingCache.HIDDEN_STATES, torch.cat(hiddenStates)));
    }
  }

  private Tensor encode(List<long[]> batch, int clipSkip, CLIPTextModel textEncoder) {
    try (var scope = new TensorScope()) {
      long[] ids = batch.stream().flatMapToLong(Arrays::stream).toArray();
      Tensor inputIds =
          Tensors.to(
              Tensors.of(ids, batch.size(), batch.get(0).length),
              textEncoder.weights().device(),
              DType.INT64);
      return scope.keep(Tensors.to(textEncoder.forward(inputIds, clipSkip), Device.CPU, dtype));
    }
  }
}
