package io.chiaroscuro.server.job;

import java.util.List;

/** Does what jobs ask for; called by the queue's one worker. */
@FunctionalInterface
public interface JobWork {

  /**
   * @param progress to be told of each step
   * @return what came of it, {@link Job#results}
   * @throws io.chiaroscuro.InvalidInputException if the request does not suit the model
   * @throws StoppedException if {@code progress} says so
   */
  List<String> run(Job job, JobProgress progress);
}
