package io.chiaroscuro.server.job;

import java.util.List;

/** What happens to a job. */
public sealed interface JobEvent {

  /** Whether nothing comes after it. */
  default boolean isEnd() {
    return this instanceof Done || this instanceof Failed || this instanceof Cancelled;
  }

  /** It waits, at a place from 1. */
  record Queued(int position) implements JobEvent {}

  /**
   * It runs.
   *
   * @param preview a PNG of what it comes to look like; null where none was made
   */
  record Step(int step, int total, byte[] preview) implements JobEvent {}

  /** It is done; {@link Job#results}. */
  record Done(List<String> results) implements JobEvent {}

  /** It failed, for this reason. */
  record Failed(String message) implements JobEvent {}

  /** Somebody took it back. */
  record Cancelled() implements JobEvent {}

  /** What is to be told of a job to one who comes to watch. */
  static JobEvent of(Job job) {
    return switch (job.state()) {
      case QUEUED -> new Queued(job.position());
      case RUNNING -> new Step(job.step(), job.total(), null);
      case DONE -> new Done(job.results());
      case FAILED -> new Failed(job.error());
      case CANCELLED -> new Cancelled();
    };
  }
}
