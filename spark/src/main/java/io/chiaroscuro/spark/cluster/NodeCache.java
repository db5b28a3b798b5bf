package io.chiaroscuro.spark.cluster;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.file.ProcessLock;
import io.chiaroscuro.file.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders that a node keeps for all executors on it, each named by what is in it. Of several
 * processes that want one at the same time, one brings it and the others wait; a folder is there
 * whole or not at all, whenever a process is killed.
 *
 * @param root where they lie
 */
record NodeCache(Path root) {

  /** Fills an empty folder. */
  @FunctionalInterface
  interface Filling {
    void writeTo(Path folder) throws IOException;
  }

  private static final String REMEDY = "set XDG_CACHE_HOME to a folder that is writable";

  /** This node's, {@code chiaroscuro/cluster} in the user's cache. */
  static NodeCache here() {
    return new NodeCache(UserCache.folder().resolve("cluster"));
  }

  /**
   * The folder of that name, filled if it is not there.
   *
   * @param id says what is in it: what has the same name has the same content
   * @throws InvalidInputException if it cannot be written
   */
  Path folder(String id, Filling filling) {
    Path folder = root.resolve(id);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    try (var lock = ProcessLock.take(root.resolve(".locks").resolve(id), REMEDY, () -> {})) {
      if (!Files.isDirectory(folder)) {
        fill(folder, root.resolve("." + id + ".part"), filling);
      }
      return folder;
    }
  }

  private static void fill(Path folder, Path part, Filling filling) {
    try {
      delete(part); // Of a process that was killed.
      Files.createDirectories(part);
      filling.writeTo(part);
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot bring a checkpoint to this node's folder %s (%s); give it room, or %s."
              .formatted(folder, AtomicFile.reason(e), REMEDY),
          e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }
}
