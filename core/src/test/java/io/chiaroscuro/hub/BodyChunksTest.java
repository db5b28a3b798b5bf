package io.chiaroscuro.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BodyChunksTest {

  /** What was asked for and whether it was called off. */
  private static final class Source implements Flow.Subscription {
    private long requested;
    private boolean cancelled;

    @Override
    public void request(long n) {
      requested += n;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private final Source source = new Source();

  private BodyChunks chunks(Duration patience) {
    BodyChunks chunks = new BodyChunks(patience);
    chunks.onSubscribe(source);
    return chunks;
  }

  @Test
  void handsOutWhatCameBeforeTheConnectionBroke() throws IOException {
    BodyChunks chunks = chunks(Duration.ofSeconds(10));
    List<ByteBuffer> data = List.of(ByteBuffer.wrap(new byte[] {1, 2}));
    chunks.onNext(data);
    chunks.onError(new IOException("broken"));
    assertThat(chunks.next()).isEqualTo(data);
    assertThatThrownBy(chunks::next).isInstanceOf(IOException.class).hasMessage("broken");
  }

  @Test
  void asksForOneChunkAfterTheOther() throws IOException {
    BodyChunks chunks = chunks(Duration.ofSeconds(10));
    assertThat(source.requested).isEqualTo(1);
    chunks.onNext(List.of(ByteBuffer.allocate(1)));
    chunks.next();
    assertThat(source.requested).isEqualTo(2);
    chunks.onNext(List.of()); // Not the end.
    assertThat(source.requested).isEqualTo(3);
    chunks.onComplete();
    assertThat(chunks.next()).isEmpty();
    chunks.close();
    assertThat(source.cancelled).isTrue();
  }

  @Test
  void doesNotWaitForeverForSilence() {
    BodyChunks chunks = chunks(Duration.ofMillis(20));
    assertThatThrownBy(chunks::next)
        .isInstanceOf(HttpTimeoutException.class)
        .hasMessageContaining("nothing came");
  }
}
