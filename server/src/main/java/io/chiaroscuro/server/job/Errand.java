package io.chiaroscuro.server.job;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Something short that one thread does for another, which waits for it. */
final class Errand<T> {

  private final FutureTask<T> task;

  Errand(Callable<T> work) {
    task = new FutureTask<>(work);
  }

  void run() {
    task.run();
  }

  /** Nobody will do it. */
  void drop() {
    task.cancel(false);
  }

  /**
   * Waits for it.
   *
   * @throws ShuttingDownException if it was dropped
   */
  T await() {
    try {
      return task.get();
    } catch (CancellationException e) {
      throw new ShuttingDownException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      drop();
      throw new ShuttingDownException();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
