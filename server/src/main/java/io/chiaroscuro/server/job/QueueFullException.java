package io.chiaroscuro.server.job;

/** As many wait as may. */
public final class QueueFullException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long retryAfterSeconds;

  QueueFullException(int capacity, long retryAfterSeconds) {
    super(
        "The queue of %d jobs is full; try again in %d seconds."
            .formatted(capacity, retryAfterSeconds));
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** When a place should be free, by how long jobs took lately; 1 or more. */
  public long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
