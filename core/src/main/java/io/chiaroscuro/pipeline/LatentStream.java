package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;

/**
 * The latents of many picture files as a lazy sequence of batches. While a batch is encoded, the
 * files of the next are decoded on another thread. Files that are broken are skipped and named.
 *
 * <p>The stream owns the latents of one batch at a time: pulling the next or closing the stream
 * frees them.
 */
public final class LatentStream implements Iterator<LatentStream.Batch>, AutoCloseable {

  /**
   * What one pull yields.
   *
   * @param latents float32 (B, C, h, w), valid until the next pull; empty if no file was left whole
   * @param consumed how many files of the list are done, broken ones included
   * @param skipped one sentence for each file of this batch that is broken
   */
  public record Batch(Optional<Tensor> latents, int consumed, List<String> skipped) {}

  private record Decoded(Path file, Future<RgbImage> image) {}

  private final LatentEncoder encoder;
  private final ImagePreparation preparation;
  private final List<Path> files;
  private final int batchSize;
  private final ExecutorService decoding =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "image-decoding");
            thread.setDaemon(true);
            return thread;
          });
  private final Deque<Decoded> ahead = new ArrayDeque<>();
  private int submitted;
  private int consumed;
  private Tensor latest;

  /**
   * @param files all files, of which the first {@code consumed} are left out as done before
   * @param consumed 0, or where an interrupted run stood
   * @param batchSize files encoded together, at least 1
   */
  public LatentStream(
      LatentEncoder encoder,
      ImagePreparation preparation,
      List<Path> files,
      int consumed,
      int batchSize) {
    if (batchSize < 1) {
      throw new InvalidInputException("The batch size is %d; give 1 or more.".formatted(batchSize));
    }
    this.encoder = encoder;
    this.preparation = preparation;
    this.files = List.copyOf(files);
    this.batchSize = batchSize;
    this.consumed = consumed;
    this.submitted = consumed;
  }

  @Override
  public boolean hasNext() {
    return consumed < files.size();
  }

  /**
   * @throws InvalidInputException if the autoencoder yields NaN or infinity
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All " + files.size() + " files are done.");
    }
    List<RgbImage> images = new ArrayList<>();
    List<Path> sources = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    while (images.size() < batchSize && consumed < files.size()) {
      decodeAhead();
      Decoded decoded = ahead.remove();
      consumed++;
      try {
        images.add(decoded.image.get());
        sources.add(decoded.file);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof InvalidInputException)) {
          throw new IllegalStateException(e.getCause());
        }
        skipped.add(e.getCause().getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InvalidInputException("Encoding was interrupted; start again to resume.", e);
      }
    }
    decodeAhead();
    release();
    if (!images.isEmpty()) {
      latest = encode(images, sources);
    }
    return new Batch(Optional.ofNullable(latest), consumed, List.copyOf(skipped));
  }

  /** Keeps the decoding thread one batch ahead, no more: memory stays bounded. */
  private void decodeAhead() {
    while (submitted < files.size() && ahead.size() < batchSize) {
      int index = submitted++;
      Path file = files.get(index);
      ahead.add(new Decoded(file, decoding.submit(() -> preparation.prepare(file, index))));
    }
  }

  private Tensor encode(List<RgbImage> images, List<Path> sources) {
    try (var scope = new TensorScope()) {
      Tensor latents = encoder.encode(images);
      if (!Tensors.isFinite(latents)) {
        throw new InvalidInputException(
            "The autoencoder's latents of %s are NaN or infinite; choose --dtype float32 or bfloat16, or where that is in use fetch the weights again."
                .formatted(sources));
      }
      return scope.own(latents);
    }
  }

  private void release() {
    if (latest != null) {
      latest.close();
      latest = null;
    }
  }

  @Override
  public void close() {
    decoding.shutdownNow();
    release();
  }
}
