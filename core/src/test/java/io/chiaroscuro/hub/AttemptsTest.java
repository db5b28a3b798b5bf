package io.chiaroscuro.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AttemptsTest {

  private final Attempts attempts =
      new Attempts(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2)));
  private final IOException failure = new IOException("broken");

  @Test
  void givesUpAfterSoManyFailures() throws IOException {
    attempts.waitAfter(failure);
    attempts.waitAfter(failure);
    assertThatThrownBy(() -> attempts.waitAfter(failure)).isSameAs(failure);
  }

  @Test
  void countsAnewAfterSuccess() throws IOException {
    attempts.waitAfter(failure);
    attempts.waitAfter(failure);
    attempts.succeeded();
    assertThatCode(() -> attempts.waitAfter(failure)).doesNotThrowAnyException();
  }

  @Test
  void waitsAsLongAsItIsAskedTo() throws IOException {
    long start = System.nanoTime();
    attempts.waitAfter(new BusyException(429, Duration.ofMillis(30)));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(30));
    BusyException hours = new BusyException(429, Duration.ofHours(1));
    assertThatThrownBy(() -> attempts.waitAfter(hours)).isSameAs(hours);
  }

  @Test
  void doesNotKnockWhereNobodyIs() {
    ConnectException nobody = new ConnectException();
    assertThatThrownBy(() -> attempts.waitAfter(nobody)).isSameAs(nobody);
  }
}
