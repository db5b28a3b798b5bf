package io.chiaroscuro.pipeline;

import java.util.ArrayDeque;
import java.util.Deque;

/** Parts opened one after the other, all closed again unless the whole was finished. */
final class Opened implements AutoCloseable {

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /** Holds {@code part} in the place of {@code old}, of which it was made. */
  <T extends AutoCloseable> T replace(T old, T part) {
    add(part);
    parts.remove(old);
    return part;
  }

  /** The parts belong to somebody else from now on. */
  void release() {
    parts.clear();
  }

  @Override
  public void close() {
    parts.forEach(Opened::close);
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      throw new IllegalStateException("Closing a part failed.", e);
    }
  }
}
