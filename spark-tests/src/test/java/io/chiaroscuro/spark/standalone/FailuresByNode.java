package io.chiaroscuro.spark.standalone;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/** How many tasks failed on each node. */
final class FailuresByNode extends SparkListener implements AutoCloseable {

  private final SparkSession session;
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();

  private FailuresByNode(SparkSession session) {
    this.session = session;
  }

  /** Counts until it is closed. */
  static FailuresByNode count(SparkSession session) {
    var failures = new FailuresByNode(session);
    session.sparkContext().addSparkListener(failures);
    return failures;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (!end.reason().equals(Success$.MODULE$)) {
      failures.merge(end.taskInfo().host(), 1, Integer::sum);
    }
  }

  Map<String, Integer> counts() {
    return failures;
  }

  @Override
  public void close() {
    session.sparkContext().removeSparkListener(this);
  }
}
