package io.chiaroscuro.server.upload;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.server.json.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pictures that were sent for statistics, kept until these are built: a folder for each heap, whose
 * id we drew, with files that we number.
 */
public final class UploadFolders {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;

  /**
   * @param folder in which the heaps' folders lie; made when it is needed
   */
  public UploadFolders(Path folder) {
    this.folder = folder;
  }

  /** A new heap, empty. */
  public String create() {
    byte[] id = new byte[12];
    RANDOM.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /**
   * Adds a picture.
   *
   * @param id of {@link #create}, or of one that {@link #has} knows
   */
  public void add(String id, byte[] picture) {
    int number = has(id) ? files(id).size() + 1 : 1;
    AtomicFile.write(
        folder.resolve(id).resolve("%06d".formatted(number)),
        temporary -> Files.write(temporary, picture));
  }

  /** Whether there is such a heap. */
  public boolean has(String id) {
    return list(folder).stream().anyMatch(path -> path.getFileName().toString().equals(id));
  }

  /**
   * The pictures of a heap, in the order in which they came.
   *
   * @throws RefusedException if there is no such heap
   */
  public List<Path> files(String id) {
    if (!has(id)) {
      throw new RefusedException(
          "upload", "There is no upload of this id; send the pictures again.");
    }
    return list(folder.resolve(id)).stream().sorted().toList();
  }

  /** Removes a heap, if it is there. */
  public void remove(String id) {
    if (has(id)) {
      Path heap = folder.resolve(id);
      list(heap).forEach(UploadFolders::delete);
      delete(heap);
    }
  }

  /** Removes all heaps but these: nobody will ask for them any more. */
  public void keepOnly(Set<String> ids) {
    list(folder).stream()
        .map(path -> path.getFileName().toString())
        .filter(id -> !ids.contains(id))
        .forEach(this::remove);
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static InvalidInputException failed(IOException e) {
    return new InvalidInputException(
        "The folder of uploads cannot be used (%s).".formatted(AtomicFile.reason(e)), e);
  }
}
