package io.chiaroscuro.file;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets one thread of one process of a machine do something while others wait: fetch a file, for
 * example, that all of them need. A process that ends, however it ends, gives its locks back.
 */
public final class ProcessLock implements AutoCloseable {

  private static final int POLL_MILLIS = 50;

  private final FileChannel channel;

  private ProcessLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param file what is locked; it stays there afterwards, for others may have it open
   * @param remedy what to do if it cannot be made: the end of a sentence, without a full stop
   * @param waiting called once if somebody else has it
   * @throws InvalidInputException if {@code file} cannot be made, or the wait is interrupted
   */
  public static ProcessLock take(Path file, String remedy, Runnable waiting) {
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        boolean told = false;
        while (tryLock(channel) == null) {
          if (!told) {
            waiting.run();
            told = true;
          }
          Thread.sleep(POLL_MILLIS);
        }
        return new ProcessLock(channel);
      } catch (InterruptedException | IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvalidInputException("Interrupted while waiting for %s.".formatted(file), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot lock %s (%s); check its folder's permissions or %s."
              .formatted(file, AtomicFile.reason(e), remedy),
          e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // Another thread of this process.
    }
  }

  @Override
  public void close() {
    try {
      channel.close(); // Which releases the lock.
    } catch (IOException e) {
      // The process's end will release it.
    }
  }
}
