package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import java.util.Optional;
import java.util.function.Supplier;

/** What a user is told when tasks failed. */
public final class TaskFailures {

  private TaskFailures() {}

  /**
   * Runs an action of Spark's; where it fails since tasks found bad input, the task's sentence is
   * what is told, not Spark's pages about it.
   *
   * @throws InvalidInputException in place of Spark's exception, which becomes its cause
   */
  public static <T> T explained(Supplier<T> action) {
    try {
      return action.get();
    } catch (Exception e) {
      Optional<InvalidInputException> badInput = badInput(e);
      if (badInput.isPresent()) {
        throw new InvalidInputException(badInput.get().getMessage(), e);
      }
      throw e;
    }
  }

  private static Optional<InvalidInputException> badInput(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidInputException found) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }
}
