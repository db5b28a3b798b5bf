package io.chiaroscuro.server.job;

/** What a running job tells of itself. */
public interface JobProgress {

  /** Whether anybody would see a preview. */
  boolean isWatched();

  /**
   * A step is done. Between steps, small things that others wait for are done too.
   *
   * @param step from 1
   * @param total 1 or more
   * @param preview a PNG, or null
   * @throws StoppedException if the job is to end here
   */
  void step(int step, int total, byte[] preview);
}
