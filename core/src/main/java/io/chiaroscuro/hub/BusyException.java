package io.chiaroscuro.hub;

import java.io.IOException;
import java.time.Duration;

/** The hub answers that it cannot now: statuses 408, 429 and 5xx. */
final class BusyException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Duration retryAfter;

  /**
   * @param retryAfter how long it asks to be left alone, or zero
   */
  BusyException(int status, Duration retryAfter) {
    super("status " + status);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  int status() {
    return status;
  }

  Duration retryAfter() {
    return retryAfter;
  }
}
