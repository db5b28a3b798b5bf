package io.chiaroscuro.server.job;

import java.util.Optional;

/** Where jobs are written down, so that they outlive the process. */
public interface JobJournal {

  /** Writes a job as it stands: when it is submitted, when it begins, when it ends. */
  void write(Job job);

  /** The job of that id, as it was written last. */
  Optional<Job> find(String id);
}
