package io.chiaroscuro.spark.standalone;

import java.util.List;
import java.util.regex.Pattern;

/** A node: Spark's worker with its executors, on an address of its own. */
final class Worker implements AutoCloseable {

  private final String address;
  private final Daemon daemon;

  Worker(String address, Daemon daemon) {
    this.address = address;
    this.daemon = daemon;
  }

  /** By which Spark tells it from the others. */
  String address() {
    return address;
  }

  /** The processes in which tasks run at this moment. */
  List<ProcessHandle> executors() {
    return daemon.children();
  }

  /**
   * @throws IllegalStateException if that does not stand in its log soon
   */
  void requireSaid(String words) {
    daemon.await(Pattern.compile(Pattern.quote(words)));
  }

  /** The node is gone, and all that ran on it: kill -9. */
  @Override
  public void close() {
    daemon.close();
  }
}
