package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
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
 * The latents of many pictures as a lazy sequence of batches. While a batch is encoded, the
 * pictures of the next are decoded on another thread. Pictures that are broken are skipped and
 * named.
 *
 * <p>The stream owns the latents of one batch at a time: pulling the next or closing the stream
 * frees them.
 *
 * @param <P> what stands for a picture before it is decoded, a file for example; its string names
 *     it in messages
 */
public final class LatentStream<P> implements Iterator<LatentStream.Batch<P>>, AutoCloseable {

  /**
   * What makes a picture of what stands for it.
   *
   * @param <P> what stands for a picture
   */
  @FunctionalInterface
  public interface Preparation<P> {

    /**
     * @param picture called for on a thread of the stream's own
     * @param place of the picture in the list, counted from 0
     * @throws InvalidInputException if the picture is broken, and is to be skipped
     */
    RgbImage prepare(P picture, int place);
  }

  /**
   * What one pull yields.
   *
   * @param latents float32 (B, C, h, w), valid until the next pull; empty if no picture was left
   *     whole
   * @param pictures the B pictures that the latents are of
   * @param consumed how many pictures of the list are done, broken ones included
   * @param skipped the pictures of this batch that are broken
   * @param <P> what stands for a picture
   */
  public record Batch<P>(
      Optional<Tensor> latents, List<P> pictures, int consumed, List<Skipped<P>> skipped) {}

  /**
   * A picture that is broken.
   *
   * @param reason one sentence
   * @param <P> what stands for a picture
   */
  public record Skipped<P>(P picture, String reason) {}

  private record Decoded<P>(P picture, Future<RgbImage> image) {}

  private final LatentEncoder encoder;
  private final Iterator<P> pictures;
  private final int batchSize;
  private final Preparation<P> preparation;
  private final ExecutorService decoding =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "image-decoding");
            thread.setDaemon(true);
            return thread;
          });
  private final Deque<Decoded<P>> ahead = new ArrayDeque<>();
  private int submitted;
  private int consumed;
  private Tensor latest;

  /**
   * @param pictures those that are to be done, pulled on the thread that pulls batches
   * @param consumed how many of the list were done before these: 0, or where an interrupted run
   *     stood
   * @param batchSize pictures encoded together, at least 1
   */
  public LatentStream(
      LatentEncoder encoder,
      Iterator<P> pictures,
      int consumed,
      int batchSize,
      Preparation<P> preparation) {
    this.encoder = encoder;
    this.pictures = pictures;
    this.batchSize = batchSize;
    this.preparation = preparation;
    this.consumed = consumed;
    this.submitted = consumed;
  }

  @Override
  public boolean hasNext() {
    return !ahead.isEmpty() || pictures.hasNext();
  }

  /**
   * @throws InvalidInputException if the autoencoder yields NaN or infinity
   */
  @Override
  public Batch<P> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All " + consumed + " pictures are done.");
    }
    List<RgbImage> images = new ArrayList<>();
    List<P> sources = new ArrayList<>();
    List<Skipped<P>> skipped = new ArrayList<>();
    while (images.size() < batchSize && hasNext()) {
      decodeAhead();
      Decoded<P> decoded = ahead.remove();
      consumed++;
      try {
        images.add(decoded.image.get());
        sources.add(decoded.picture);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof InvalidInputException)) {
          throw new IllegalStateException(e.getCause());
        }
        skipped.add(new Skipped<>(decoded.picture, e.getCause().getMessage()));
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
    return new Batch<>(
        Optional.ofNullable(latest), List.copyOf(sources), consumed, List.copyOf(skipped));
  }

  /** Keeps the decoding thread one batch ahead, no more: memory stays bounded. */
  private void decodeAhead() {
    while (ahead.size() < batchSize && pictures.hasNext()) {
      int place = submitted++;
      P picture = pictures.next();
      ahead.add(new Decoded<>(picture, decoding.submit(() -> preparation.prepare(picture, place))));
    }
  }

  private Tensor encode(List<RgbImage> images, List<P> sources) {
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
