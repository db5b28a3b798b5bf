package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

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

  private final SparkSession session;
  private final AtomicInteger left;
  private final Runnable happening;

  /** Whether a job was still under way when it had happened. */
  private final CompletableFuture<Boolean> happened = new CompletableFuture<>();

  private AfterTasks(SparkSession session, int tasks, Runnable happening) {
    this.session = session;
    this.left = new AtomicInteger(tasks);
    this.happening = happening;
  }

  /** Lets {@code happening} happen when {@code tasks} of the session's next tasks are done. */
  static AfterTasks of(SparkSession session, int tasks, Runnable happening) {
    var listener = new AfterTasks(session, tasks, happening);
    session.sparkContext().addSparkListener(listener);
    return listener;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.reason().equals(Success$.MODULE$) && left.decrementAndGet() == 0) {
      happened.completeAsync(
          () -> {
            happening.run();
            return session.sparkContext().statusTracker().getActiveJobIds().length > 0;
          });
    }
  }

  void requireHappenedOnTheWay() {
    session.sparkContext().removeSparkListener(this);
    assertThat(happened.orTimeout(30, TimeUnit.SECONDS).join())
        .as("a job was under way when it happened")
        .isTrue();
  }
}
