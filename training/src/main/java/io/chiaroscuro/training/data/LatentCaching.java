package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Encodes a data set once and keeps the latents on disk: kohya's {@code cache_latents_to_disk}.
 *
 * <p>What is kept is mean and logarithm of the variance, unscaled. The latents of one autoencoder,
 * one framing and one element type lie in a folder of their own; within it a picture is known by
 * its file's name, size and time of change. So nothing stale is ever read, and a run that was
 * interrupted encodes what is missing.
 *
 * @param folder where the folders of latents lie
 * @param dtype they are stored in: float16 or float32
 * @param batchSize pictures encoded together, at least 1
 */
public record LatentCaching(Path folder, DType dtype, int batchSize) {

  /** Rows of a shard, at most: what a kill can cost. */
  static final int SHARD_ROWS = 256;

  /** How a picture stands in the cache. */
  private enum Variant {
    AS_IT_IS(""),
    MIRRORED("-mirrored");

    private final String suffix;

    Variant(String suffix) {
      this.suffix = suffix;
    }

    /** The variant's keys, given those of the pictures. */
    List<String> of(List<String> keys) {
      return keys.stream().map(key -> key + suffix).toList();
    }

    Tensor of(Tensor pixels) {
      return this == MIRRORED ? torch.flip(pixels, 3) : pixels;
    }
  }

  /** A shard that is missing: pictures of one size. */
  private record Missing(Variant variant, List<Integer> indices, List<String> keys) {}

  public LatentCaching {
    if (dtype != DType.FLOAT16 && dtype != DType.FLOAT32) {
      throw new InvalidInputException(
          "Latents cannot be cached in %s; choose float16 or float32.".formatted(dtype));
    }
    if (batchSize < 1) {
      throw new InvalidInputException("The batch size is %d; give 1 or more.".formatted(batchSize));
    }
  }

  /**
   * Encodes what is not yet there.
   *
   * @param augmentation if it mirrors, mirrored pictures are kept beside the others
   * @param vae that encodes, in its own type on its own device; belongs to the caller
   * @throws InvalidInputException if crops are to be random, the sizes do not suit the autoencoder,
   *     a picture is missing or broken, latents are not finite, or nothing can be written
   */
  public LatentCache fill(
      Examples examples, Augmentation augmentation, AutoencoderKL vae, CachingProgress progress) {
    if (augmentation.cropping() == Cropping.RANDOM) {
      throw new InvalidInputException(
          "Random crops have new latents each time, which cannot be cached; leave out the random crop or the latent cache.");
    }
    examples.requireMultiplesOf(vae.config().downscale());
    String origin = "%s %s %s".formatted(Fingerprint.of(vae.weights()), examples.framing(), dtype);
    List<String> keys = examples.images().stream().map(image -> key(image.file())).toList();
    List<Variant> variants =
        augmentation.mirroring() == Mirroring.RANDOM
            ? List.of(Variant.values())
            : List.of(Variant.AS_IT_IS);
    var shards = new ShardFolder(folder.resolve("latents-" + Fingerprint.of(origin)));
    try {
      List<Missing> missing =
          variants.stream().flatMap(v -> missing(v, examples, keys, shards).stream()).toList();
      encode(missing, examples, vae, shards, progress);
    } catch (RuntimeException e) {
      shards.close();
      throw e;
    }
    return new LatentCache(
        shards, Variant.AS_IT_IS.of(keys), Variant.MIRRORED.of(keys), augmentation);
  }

  private static List<Missing> missing(
      Variant variant, Examples examples, List<String> pictureKeys, ShardFolder shards) {
    List<String> keys = variant.of(pictureKeys);
    List<Missing> missing = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (Examples.Bucket bucket : examples.buckets()) {
      List<Integer> indices =
          bucket.indices().stream()
              .filter(index -> !shards.has(keys.get(index)) && known.add(keys.get(index)))
              .toList();
      for (int start = 0; start < indices.size(); start += SHARD_ROWS) {
        List<Integer> rows = indices.subList(start, Math.min(start + SHARD_ROWS, indices.size()));
        missing.add(new Missing(variant, rows, rows.stream().map(keys::get).toList()));
      }
    }
    return missing;
  }

  @SuppressWarnings("try") // The guard acts by being open.
  private void encode(
      List<Missing> missing,
      Examples examples,
      AutoencoderKL vae,
      ShardFolder shards,
      CachingProgress progress) {
    int total = missing.stream().mapToInt(shard -> shard.indices.size()).sum();
    int done = 0;
    try (var pixels = Pixels.decoding(examples, Augmentation.NONE)) {
      for (Missing shard : missing) {
        try (var scope = new TensorScope();
            var guard = new NoGradGuard()) {
          var means = new TensorVector();
          var logvars = new TensorVector();
          for (int start = 0; start < shard.indices.size(); start += batchSize) {
            List<Integer> batch = batch(shard.indices, start);
            var posterior = posterior(shard.variant, batch, pixels, vae, examples);
            means.push_back(posterior.mean());
            logvars.push_back(posterior.logvar());
            pixels.announce(places(batch(shard.indices, start + batchSize)));
            done += batch.size();
            progress.at(done, total);
          }
          shards.add(
              shard.keys,
              Map.of(LatentCache.MEAN, torch.cat(means), LatentCache.LOGVAR, torch.cat(logvars)));
        }
      }
    }
  }

  private DiagonalGaussianDistribution posterior(
      Variant variant, List<Integer> batch, Pixels pixels, AutoencoderKL vae, Examples examples) {
    try (var scope = new TensorScope()) {
      var weights = vae.weights();
      Tensor images = variant.of(pixels.load(places(batch)));
      var posterior = vae.encode(Tensors.to(images, weights.device(), weights.dtype()));
      Tensor mean = scope.keep(Tensors.to(posterior.mean(), Device.CPU, dtype));
      Tensor logvar = scope.keep(Tensors.to(posterior.logvar(), Device.CPU, dtype));
      if (!Tensors.isFinite(mean) || !Tensors.isFinite(logvar)) {
        throw new InvalidInputException(
            "The latents of %s are NaN or infinite; encode and store them in float32, or where that is in use fetch the autoencoder again."
                .formatted(batch.stream().map(index -> examples.get(index).file()).toList()));
      }
      return new DiagonalGaussianDistribution(mean, logvar);
    }
  }

  private List<Integer> batch(List<Integer> indices, int start) {
    int end = Math.min(start + batchSize, indices.size());
    return indices.subList(Math.min(start, end), end);
  }

  private static List<Place> places(List<Integer> indices) {
    return indices.stream().map(index -> new Place(0, index)).toList();
  }

  private static String key(Path file) {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Fingerprint.of(
          "%s %d %s"
              .formatted(file.getFileName(), attributes.size(), attributes.lastModifiedTime()));
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read the image '%s' (%s).".formatted(file, AtomicFile.reason(e)), e);
    }
  }
}
