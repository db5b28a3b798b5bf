package io.chiaroscuro.hub;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets one thread of one process fetch a blob while others wait. Python's lock on the same file is
 * of another kind, which ours does not see on every system: that is why partial files have names of
 * our own, and both move them into place in one step.
 */
final class BlobLock implements AutoCloseable {

  private static final int POLL_MILLIS = 50;

  private final FileChannel channel;

  private BlobLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param file what is locked; it stays there afterwards, for others may have it open
   * @param waiting called once if somebody else has it
   */
  static BlobLock take(Path file, Runnable waiting) {
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
        return new BlobLock(channel);
      } catch (InterruptedException | IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvalidInputException("Interrupted while waiting for %s.".formatted(file), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot lock %s (%s); check its folder's permissions or set HF_HOME to another folder."
              .formatted(file, AtomicFile.reason(e)),
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
