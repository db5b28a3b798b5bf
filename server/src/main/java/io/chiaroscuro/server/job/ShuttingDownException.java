package io.chiaroscuro.server.job;

/** The server takes no more jobs, since it stops. */
public final class ShuttingDownException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ShuttingDownException() {
    super("The server is stopping; try again when it is back.");
  }
}
