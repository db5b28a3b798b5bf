package io.chiaroscuro.training.data;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents read back from disk, made by {@link LatentCaching}: the autoencoder's posterior, (B, C,
 * h, w), float32 on the CPU, unscaled, to be sampled from or not.
 */
public final class LatentCache implements Pictures<DiagonalGaussianDistribution> {

  static final String MEAN = "mean";
  static final String LOGVAR = "logvar";

  private final ShardFolder shards;
  private final List<String> keys;
  private final List<String> mirroredKeys;
  private final Augmentation augmentation;

  /**
   * @param keys of the pictures, by index
   * @param mirroredKeys of the mirrored pictures; the same where none are mirrored
   */
  LatentCache(
      ShardFolder shards, List<String> keys, List<String> mirroredKeys, Augmentation augmentation) {
    this.shards = shards;
    this.keys = keys;
    this.mirroredKeys = mirroredKeys;
    this.augmentation = augmentation;
  }

  @Override
  public DiagonalGaussianDistribution load(List<Place> places) {
    List<String> wanted =
        places.stream()
            .map(place -> (augmentation.mirrors(place) ? mirroredKeys : keys).get(place.index()))
            .toList();
    return new DiagonalGaussianDistribution(gather(MEAN, wanted), gather(LOGVAR, wanted));
  }

  private Tensor gather(String column, List<String> wanted) {
    try (var scope = new TensorScope()) {
      return scope.keep(Tensors.to(shards.gather(column, wanted), Device.CPU, DType.FLOAT32));
    }
  }

  @Override
  public void close() {
    shards.close();
  }
}
