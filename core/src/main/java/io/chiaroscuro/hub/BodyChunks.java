package io.chiaroscuro.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response's body as it arrives. Unlike the JDK's stream it hands out everything that came before
 * a connection broke, and does not wait forever for one that fell silent.
 */
final class BodyChunks implements BodySubscriber<BodyChunks>, AutoCloseable {

  /**
   * @param data empty at the end
   * @param failure why there is no more, or null
   */
  private record Arrival(List<ByteBuffer> data, Throwable failure) {}

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Duration patience;
  private volatile Flow.Subscription subscription;

  BodyChunks(Duration patience) {
    this.patience = patience;
  }

  /**
   * The next bytes; none at the end.
   *
   * @throws IOException if the connection broke or fell silent
   */
  List<ByteBuffer> next() throws IOException {
    try {
      Arrival arrival = arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (arrival == null) {
        throw new HttpTimeoutException("nothing came for %d s".formatted(patience.toSeconds()));
      }
      if (arrival.failure() != null) {
        throw new IOException(reason(arrival.failure()), arrival.failure());
      }
      if (!arrival.data().isEmpty()) {
        subscription.request(1);
      }
      return arrival.data();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** What is left of it is not wanted. */
  @Override
  public void close() {
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** At once: headers are wanted before the body. */
  @Override
  public CompletionStage<BodyChunks> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> data) {
    if (data.isEmpty()) { // Not the end, which an empty list stands for here.
      subscription.request(1);
    } else {
      arrivals.add(new Arrival(data, null));
    }
  }

  @Override
  public void onError(Throwable failure) {
    arrivals.add(new Arrival(List.of(), failure));
  }

  @Override
  public void onComplete() {
    arrivals.add(new Arrival(List.of(), null));
  }
}
