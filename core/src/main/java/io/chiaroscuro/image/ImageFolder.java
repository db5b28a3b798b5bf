package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The images in a folder and the folders below it. */
public final class ImageFolder {

  private static final Set<String> SUFFIXES =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "gif", "tif", "tiff");

  private ImageFolder() {}

  /**
   * All files with an image's suffix, hidden ones left out, sorted by their path's characters: the
   * same order on every machine.
   *
   * @param path a folder, or one file, which is then the list whatever its suffix
   * @throws InvalidInputException if there is no such path or no image in it
   */
  public static List<Path> list(Path path) {
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    if (!Files.isDirectory(path)) {
      throw new InvalidInputException(
          "There is no folder or image '%s'; name one that exists.".formatted(path));
    }
    List<Path> images;
    try (Stream<Path> files = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      images =
          files
              .filter(file -> isImage(file.getFileName().toString()) && Files.isRegularFile(file))
              .sorted(Comparator.comparing(file -> portableName(path, file)))
              .toList();
    } catch (IOException e) {
      throw unreadable(path, e);
    } catch (UncheckedIOException e) {
      throw unreadable(path, e.getCause());
    }
    if (images.isEmpty()) {
      throw new InvalidInputException(
          "The folder '%s' holds no image; JPEG, PNG, WebP, BMP, GIF and TIFF files are known by their suffix."
              .formatted(path));
    }
    return images;
  }

  /** Whether a file of that name, without the folders it lies in, is taken for an image. */
  public static boolean isImage(String name) {
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && SUFFIXES.contains(suffix);
  }

  private static String portableName(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static InvalidInputException unreadable(Path folder, IOException e) {
    return new InvalidInputException(
        "Cannot read the folder '%s' (%s).".formatted(folder, AtomicFile.reason(e)), e);
  }
}
