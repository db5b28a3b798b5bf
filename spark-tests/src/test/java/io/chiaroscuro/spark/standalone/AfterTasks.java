package io.chiaroscuro.spark.standalone;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/**
 * Something that happens in the middle of a job: when so many tasks are done, and others are not.
 */
final class AfterTasks extends SparkListener {

  private final AtomicInteger left;
  private final Runnable happening;
  private final CompletableFuture<Void> happened = new CompletableFuture<>();
  private final AtomicInteger failed = new AtomicInteger();

  private AfterTasks(int tasks, Runnable happening) {
    this.left = new AtomicInteger(tasks);
    this.happening = happening;
  }

  /** Lets {@code happening} happen when {@code tasks} of the session's next tasks are done. */
  static AfterTasks of(SparkSession session, int tasks, Runnable happening) {
    var listener = new AfterTasks(tasks, happening);
    session.sparkContext().addSparkListener(listener);
    return listener;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (!end.reason().equals(Success$.MODULE$)) {
      failed.incrementAndGet();
    } else if (left.decrementAndGet() == 0) {
      happened.completeAsync(
          () -> {
            happening.run();
            return null;
          });
    }
  }

  /** The tasks that failed, or were lost with what they ran on. */
  int failedTasks() {
    return failed.get();
  }

  /**
   * @throws java.util.concurrent.CompletionException if it went wrong or has not happened at all
   */
  void requireHappened() {
    happened.orTimeout(10, TimeUnit.SECONDS).join();
  }
}
