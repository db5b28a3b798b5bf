package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A folder of pictures on any file system that Hadoop reaches. A file is written under a name of
 * the attempt's own and then renamed, so that under its final name it is whole, whoever writes it
 * beside and whatever stops on the way. What a killed attempt left begins with a dot.
 *
 * @param uri of the folder
 * @param configuration by which its file system is reached
 */
record OutputFolder(String uri, SerializableConfiguration configuration) implements Serializable {

  /**
   * The folder of that name, which is made if it is not there.
   *
   * @throws InvalidInputException if it cannot be made
   */
  static OutputFolder create(String folder, SerializableConfiguration configuration) {
    Path path = new Path(folder);
    try {
      FileSystem system = path.getFileSystem(configuration.value());
      if (!system.mkdirs(path)) {
        throw new IOException("it cannot be made");
      }
      return new OutputFolder(system.makeQualified(path).toString(), configuration);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write into %s (%s); choose another folder."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }

  /** Where a file is, as Hadoop reads it. */
  String uri(String name) {
    return path(name).toString();
  }

  /** What is there under that name. */
  Optional<byte[]> read(String name) {
    try (var in = system().open(path(name))) {
      return Optional.of(in.readAllBytes());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s.".formatted(uri(name)), e);
    }
  }

  /**
   * Writes a file.
   *
   * @return whether it is there now by this call; not if another was there meanwhile
   */
  boolean write(String name, byte[] bytes) {
    Path target = path(name);
    Path part = path(".%s.%s.part".formatted(name, UUID.randomUUID()));
    try {
      FileSystem system = system();
      try {
        try (var out = system.create(part, false)) {
          out.write(bytes);
        }
        // Some file systems replace what is there, others refuse to.
        return !system.exists(target) && system.rename(part, target);
      } catch (FileAlreadyExistsException e) {
        return false;
      } finally {
        system.delete(part, false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write %s.".formatted(uri(name)), e);
    }
  }

  private Path path(String name) {
    return new Path(new Path(uri), name);
  }

  /**
   * Hadoop's local file system writes a second file with checksums beside each; pictures have their
   * own.
   */
  private FileSystem system() throws IOException {
    FileSystem system = new Path(uri).getFileSystem(configuration.value());
    return system instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : system;
  }
}
