package io.chiaroscuro.file;

import io.chiaroscuro.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a file whole or not at all: first under a temporary name in the same folder, then moved
 * over the final one, so that an interruption loses nothing that was already written.
 */
public final class AtomicFile {

  /** Fills the file at {@code temporary}. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path temporary) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes {@code target}, creating the folders it lies in.
   *
   * @throws InvalidInputException if the file cannot be written; {@code target} is then as before
   */
  public static void write(Path target, Content content) {
    Path folder = target.toAbsolutePath().getParent();
    Path temporary = null;
    try {
      Files.createDirectories(folder);
      temporary = Files.createTempFile(folder, "." + target.getFileName(), ".part");
      temporary.toFile().deleteOnExit();
      content.writeTo(temporary);
      makeReadable(temporary);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      temporary = null;
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write %s (%s); check that the folder exists, is writable and has room."
              .formatted(target, reason(e)),
          e);
    } finally {
      if (temporary != null) {
        temporary.toFile().delete();
      }
    }
  }

  /**
   * Refuses early what {@link #write} would refuse after long work.
   *
   * @throws InvalidInputException if {@code folder} neither is a writable folder nor can become one
   */
  public static void requireFolder(Path folder) {
    Path existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new InvalidInputException(
          "Cannot write into %s, since %s is no folder that is writable; choose another folder."
              .formatted(folder, existing));
    }
  }

  /**
   * Temporary files are created private to their owner; what is moved into place is not meant to
   * be.
   */
  private static void makeReadable(Path file) {
    file.toFile().setReadable(true, false);
  }

  /** What went wrong, in words that do not repeat the path. */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    if (e instanceof FileSystemException) {
      return e.getClass().getSimpleName().replace("Exception", "");
    }
    if (e instanceof EOFException) {
      return "it ends too early";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
