package io.chiaroscuro.hub;

import java.time.Duration;

/**
 * How long to go on where the network or the hub fails for a moment.
 *
 * @param retries how often to try again without anything having arrived in between
 * @param firstWait before the first of them; each next wait is twice as long
 * @param longestWait what waits grow to
 */
public record RetryPolicy(int retries, Duration firstWait, Duration longestWait) {

  /** As huggingface_hub does it. */
  public static final RetryPolicy USUAL =
      new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofSeconds(8));

  /** For what has a substitute. */
  static final RetryPolicy ONCE = new RetryPolicy(0, Duration.ZERO, Duration.ZERO);

  public RetryPolicy {
    if (retries < 0 || firstWait.isNegative() || longestWait.compareTo(firstWait) < 0) {
      throw new IllegalArgumentException(
          "retries %d, waits %s to %s".formatted(retries, firstWait, longestWait));
    }
  }
}
