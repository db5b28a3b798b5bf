package io.chiaroscuro.spark.picture;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.ImagePreparation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * A row of a table of pictures.
 *
 * @param name its path, or what else it is called in messages
 * @param content the file's bytes, or null where they lie at the path
 * @param identity tells it from other pictures; random crops and flips depend on nothing else
 * @param group what it belongs to, null if to nothing
 */
public record Picture(String name, byte[] content, long identity, String group)
    implements Serializable {

  /** What it belongs to, if it belongs to anything. */
  public Optional<String> belongsTo() {
    return Optional.ofNullable(group);
  }

  /**
   * The file's bytes.
   *
   * @param configuration by which the path's file system is reached
   * @throws InvalidInputException if there is no such file, or it must not be read
   * @throws UncheckedIOException if it cannot be read this time, for reasons that are not its own
   */
  public byte[] bytes(Configuration configuration) {
    if (content != null) {
      return content;
    }
    try {
      Path path = new Path(name);
      FileSystem system = path.getFileSystem(configuration);
      // Files that other programs wrote have no checksums beside them, and names of every kind.
      FileSystem plain =
          system instanceof LocalFileSystem local ? local.getRawFileSystem() : system;
      try (var in = plain.open(path)) {
        return in.readAllBytes();
      }
    } catch (FileNotFoundException | AccessControlException e) {
      throw unreadable(AtomicFile.reason(e), e);
    } catch (IllegalArgumentException e) {
      throw unreadable("this is no path", e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read '%s'.".formatted(name), e);
    }
  }

  private InvalidInputException unreadable(String reason, Exception e) {
    return new InvalidInputException(
        "Cannot read '%s' (%s); check the path and its permissions.".formatted(name, reason), e);
  }

  /**
   * The picture, of the size that latents are computed at.
   *
   * @param configuration by which the path's file system is reached
   * @throws InvalidInputException if it is broken, now and on every node
   * @throws IllegalStateException if it cannot be read or decoded here and now, so that whether it
   *     is whole cannot be told
   */
  public RgbImage prepare(ImagePreparation preparation, Configuration configuration) {
    try {
      return preparation.prepare(bytes(configuration), name, identity);
    } catch (InvalidInputException e) {
      if (e.getCause() instanceof Error) { // Of memory, or of native code that does not load.
        throw new IllegalStateException(e.getMessage(), e);
      }
      throw e;
    }
  }

  /** Its name. */
  @Override
  public String toString() {
    return name;
  }
}
