package io.chiaroscuro.server.upload;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.json.RefusedException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Pictures that clients send. The size is read from the header, before anything is decoded; decoded
 * is one at a time, on a thread of its own, so that no number of clients fills the memory.
 */
public final class Uploads implements AutoCloseable {

  private static final int MAX_WAITING = 64;

  private final Limits limits;
  private final ThreadPoolExecutor decoder =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          task -> {
            Thread thread = new Thread(task, "uploads");
            thread.setDaemon(true);
            return thread;
          });

  public Uploads(Limits limits) {
    this.limits = limits;
  }

  /**
   * Looks at the header alone.
   *
   * @param field that brought it, for messages
   * @return its size
   * @throws RefusedException if it is no picture, or has more pixels than are taken
   */
  public ImageSize size(byte[] bytes, String field) {
    ImageSize size;
    try {
      size = ImageDecoder.size(bytes, field);
    } catch (InvalidInputException e) {
      throw new RefusedException(field, e.getMessage());
    }
    if ((long) size.width() * size.height() > limits.maxUploadPixels()) {
      throw new RefusedException(
          field,
          "The image '%s' has %s pixels, more than the %d that are taken; scale it down."
              .formatted(field, size, limits.maxUploadPixels()));
    }
    return size;
  }

  /**
   * Decodes a picture, after others that came before.
   *
   * @param field that brought it, for messages
   * @throws RefusedException if it is none, damaged, or has more pixels than are taken
   * @throws BusyException if too many wait
   */
  public RgbImage decode(byte[] bytes, String field) {
    return decode(bytes, field, () -> ImageDecoder.decode(bytes, field));
  }

  /** As {@link #decode(byte[], String)}, of what is to be had from a picture beside its colours. */
  public <T> T decode(byte[] bytes, String field, Callable<T> decoding) {
    size(bytes, field);
    try {
      Future<T> decoded = decoder.submit(decoding);
      return decoded.get();
    } catch (RejectedExecutionException e) {
      throw new BusyException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BusyException();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidInputException refusal) {
        throw new RefusedException(field, refusal.getMessage());
      }
      if (e.getCause() instanceof OutOfMemoryError) {
        throw new RefusedException(
            field, "The image '%s' does not fit into memory; scale it down.".formatted(field));
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    decoder.shutdownNow();
  }
}
