package io.chiaroscuro.server.upload;

/** Too many pictures wait to be decoded. */
public final class BusyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BusyException() {
    super("Too many pictures wait to be decoded; try again in a few seconds.");
  }
}
