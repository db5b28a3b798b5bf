package io.chiaroscuro.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** The attempts at one thing: counts failures and waits between them. */
final class Attempts {

  /** Hubs may ask for minutes; who has to wait longer is better told so. */
  private static final Duration LONGEST_ASKED_WAIT = Duration.ofMinutes(2);

  private final RetryPolicy policy;
  private int failures;
  private Duration wait;

  Attempts(RetryPolicy policy) {
    this.policy = policy;
    succeeded();
  }

  /** Something has arrived: failures before it no longer count. */
  void succeeded() {
    failures = 0;
    wait = policy.firstWait();
  }

  /**
   * Waits until it is time to try again.
   *
   * @throws IOException {@code failure}, if there is no use in that
   */
  void waitAfter(IOException failure) throws IOException {
    Duration asked = failure instanceof BusyException busy ? busy.retryAfter() : Duration.ZERO;
    if (++failures > policy.retries()
        || asked.compareTo(LONGEST_ASKED_WAIT) > 0
        || failure instanceof ConnectException // Nobody there: that is not for a moment.
        || failure instanceof SSLException) {
      throw failure;
    }
    try {
      Thread.sleep((asked.compareTo(wait) > 0 ? asked : wait).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
    wait =
        wait.multipliedBy(2).compareTo(policy.longestWait()) < 0
            ? wait.multipliedBy(2)
            : policy.longestWait();
  }
}
