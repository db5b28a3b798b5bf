package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The driver's files that orders name and nodes do not have, sent with each task: a few hundred
 * kilobytes each.
 *
 * @param files the bytes of a file or of a folder's files, by what orders call it, then by the
 *     file's name
 */
record SentFiles(Map<String, Map<String, byte[]>> files) implements Serializable {

  static final SentFiles NONE = new SentFiles(Map.of());

  SentFiles {
    files = Map.copyOf(files);
  }

  /**
   * With one more.
   *
   * @throws InvalidInputException if it cannot be read
   */
  SentFiles with(Path path) {
    Map<String, Map<String, byte[]>> more = new LinkedHashMap<>(files);
    more.put(path.toString(), read(path));
    return new SentFiles(more);
  }

  private static Map<String, byte[]> read(Path path) {
    Map<String, byte[]> content = new LinkedHashMap<>();
    try {
      for (Path file : Files.isDirectory(path) ? list(path) : List.of(path)) {
        content.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
      return content;
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); name what exists.".formatted(path, AtomicFile.reason(e)), e);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
