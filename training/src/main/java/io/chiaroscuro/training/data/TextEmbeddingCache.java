package io.chiaroscuro.training.data;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The text encoder's output for known captions, made by {@link TextEmbeddingCaching}. */
public final class TextEmbeddingCache implements AutoCloseable {

  static final String HIDDEN_STATES = "hidden_states";

  private final ShardFolder shards;
  private final Map<String, String> keyByCaption;

  TextEmbeddingCache(ShardFolder shards, Map<String, String> keyByCaption) {
    this.shards = shards;
    this.keyByCaption = Map.copyOf(keyByCaption);
  }

  /**
   * What the UNet attends to: (B, N, hiddenSize), float32 on the CPU.
   *
   * @throws IllegalArgumentException if a caption is not among those the cache was made for
   */
  public Tensor hiddenStates(List<String> captions) {
    List<String> keys = captions.stream().map(this::key).toList();
    try (var scope = new TensorScope()) {
      return scope.keep(Tensors.to(shards.gather(HIDDEN_STATES, keys), Device.CPU, DType.FLOAT32));
    }
  }

  private String key(String caption) {
    String key = keyByCaption.get(caption);
    if (key == null) {
      throw new IllegalArgumentException(
          "The caption '%s' was not known when the cache was made.".formatted(caption));
    }
    return key;
  }

  @Override
  public void close() {
    shards.close();
  }
}
