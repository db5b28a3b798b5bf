package io.chiaroscuro.server.http;

import io.chiaroscuro.server.job.JobEvent;
import java.util.function.Consumer;

/**
 * Between a job that does not wait and a client that may be slow: of what was not fetched yet, only
 * the latest is kept, and the end.
 */
final class Mailbox implements Consumer<JobEvent> {

  private JobEvent latest;
  private JobEvent end;

  @Override
  public synchronized void accept(JobEvent event) {
    if (event.isEnd()) {
      end = event;
    } else {
      latest = event;
    }
    notifyAll();
  }

  /** The next event; null if none comes within this time. */
  synchronized JobEvent next(long millis) throws InterruptedException {
    if (latest == null && end == null) {
      wait(millis);
    }
    JobEvent next = latest == null ? end : latest;
    latest = null;
    return next;
  }
}
