package io.chiaroscuro.server.job;

/** Ends a job between two steps: it was cancelled, or the server stops. */
public final class StoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StoppedException() {
    super("The job was stopped.", null, false, false);
  }
}
