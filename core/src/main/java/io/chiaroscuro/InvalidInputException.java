package io.chiaroscuro;

/**
 * Something the user gave cannot be used: a missing file, a wrong shape, an unknown name.
 *
 * <p>The message is one clear sentence that names the offender and the remedy; it is shown to the
 * user as it stands, without a stack trace.
 */
public class InvalidInputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InvalidInputException(String message) {
    super(message);
  }

  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
