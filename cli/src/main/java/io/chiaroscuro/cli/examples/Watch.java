package io.chiaroscuro.cli.examples;

/** Who wants to know how far a run is. */
public interface Watch {

  /** A task of {@code total} steps begins, of which {@code done} were taken in an earlier run. */
  Task begin(String name, long done, long total);

  /** What is being done; closed when it is done. */
  interface Task extends AutoCloseable {

    /** {@code n} steps more are done. */
    void step(long n);

    /** Something to tell meanwhile. */
    void say(String sentence);

    @Override
    void close();
  }
}
