package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LeakStatistics;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads what orders name: what the driver sent, else what lies there on a file system that Hadoop
 * reaches.
 *
 * @param sent what the driver sent
 * @param configuration by which file systems are reached
 * @param base where names begin that are not absolute: the driver's working folder
 */
record NamedFiles(SentFiles sent, SerializableConfiguration configuration, String base)
    implements Serializable {

  /**
   * Statistics, to be closed by the caller.
   *
   * @throws InvalidInputException if there are none of that name, or they are damaged
   */
  LeakStatistics statistics(String name) {
    Map<String, byte[]> files = files(name);
    try {
      java.nio.file.Path copy = Files.createTempDirectory("statistics");
      try {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          Files.write(copy.resolve(file.getKey()), file.getValue());
        }
        return LeakStatistics.read(copy);
      } catch (InvalidInputException e) {
        throw new InvalidInputException(e.getMessage().replace(copy.toString(), name), e);
      } finally {
        for (String file : files.keySet()) {
          Files.deleteIfExists(copy.resolve(file));
        }
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A picture.
   *
   * @throws InvalidInputException if there is none of that name, or it cannot be decoded
   */
  RgbImage picture(String name) {
    Map<String, byte[]> files = files(name);
    if (files.size() != 1) {
      throw new InvalidInputException("'%s' is a folder, not an image.".formatted(name));
    }
    return ImageDecoder.decode(files.values().iterator().next(), name);
  }

  /** A file's bytes, or those of a folder's files, by their names. */
  private Map<String, byte[]> files(String name) {
    Map<String, byte[]> there = sent.files().get(name);
    if (there != null) {
      return there;
    }
    Map<String, byte[]> read = new LinkedHashMap<>();
    try {
      Path path = new Path(new Path(base), name);
      FileSystem system = path.getFileSystem(configuration.value());
      for (FileStatus file : system.listStatus(path)) {
        if (file.isFile()) {
          try (var in = system.open(file.getPath())) {
            read.put(file.getPath().getName(), in.readAllBytes());
          }
        }
      }
      return read;
    } catch (FileNotFoundException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "There is no '%s'; name what every node can read.".formatted(name), e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read '%s'.".formatted(name), e);
    }
  }
}
