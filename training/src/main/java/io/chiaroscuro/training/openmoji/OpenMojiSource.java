package io.chiaroscuro.training.openmoji;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** OpenMoji's SVG files, from the npm package as it is or unpacked. */
public final class OpenMojiSource {

  /** OpenMoji draws everything twice. */
  public enum Drawing {
    /** Coloured, with black lines. */
    COLOR,
    /** Black lines alone. */
    BLACK;

    String path(String hexcode) {
      return "%s/svg/%s.svg".formatted(name().toLowerCase(Locale.ROOT), hexcode);
    }
  }

  private static final String REMEDY =
      "get OpenMoji with 'npm pack openmoji@17.0.0' and give that file or the folder it unpacks to";

  private final Path source;
  private final Map<String, byte[]> files;

  private OpenMojiSource(Path source, Map<String, byte[]> files) {
    this.source = source;
    this.files = files;
  }

  /**
   * Reads the drawings of {@code hexcodes}, as far as they are there.
   *
   * @param source the package's {@code .tgz}, or a folder in which, or in the {@code package} of
   *     which, {@code color/svg} lies
   * @throws InvalidInputException if the source is missing, neither of these, broken, or without
   *     any of the drawings
   */
  public static OpenMojiSource read(Path source, Set<String> hexcodes) {
    Set<String> wanted =
        hexcodes.stream()
            .flatMap(hex -> Stream.of(Drawing.COLOR.path(hex), Drawing.BLACK.path(hex)))
            .collect(Collectors.toUnmodifiableSet());
    if (!Files.exists(source)) {
      throw new InvalidInputException("There is no '%s'; %s.".formatted(source, REMEDY));
    }
    Map<String, byte[]> files;
    try {
      files = Files.isDirectory(source) ? readFolder(source, wanted) : readPackage(source, wanted);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read '%s' as a .tgz package (%s); %s."
              .formatted(source, AtomicFile.reason(e), REMEDY),
          e);
    }
    if (files.isEmpty()) {
      throw new InvalidInputException(
          "'%s' holds none of the drawings color/svg/*.svg; %s.".formatted(source, REMEDY));
    }
    return new OpenMojiSource(source, files);
  }

  /**
   * @throws InvalidInputException if the source lacks that drawing
   */
  public byte[] svg(Drawing drawing, String hexcode) {
    byte[] svg = files.get(drawing.path(hexcode));
    if (svg == null) {
      throw new InvalidInputException(
          "'%s' lacks %s; %s.".formatted(source, drawing.path(hexcode), REMEDY));
    }
    return svg;
  }

  private static Map<String, byte[]> readFolder(Path folder, Set<String> wanted)
      throws IOException {
    Path unpacked = folder.resolve("package");
    Path root = Files.isDirectory(unpacked) ? unpacked : folder;
    Map<String, byte[]> files = new HashMap<>();
    for (String path : wanted) {
      if (Files.isRegularFile(root.resolve(path))) {
        files.put(path, Files.readAllBytes(root.resolve(path)));
      }
    }
    return files;
  }

  private static Map<String, byte[]> readPackage(Path file, Set<String> wanted) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        var tar = new TarArchiveInputStream(new GZIPInputStream(in, 1 << 16))) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        String path = entry.getName().replaceFirst("^package/", "");
        if (wanted.contains(path)) {
          files.put(path, tar.readAllBytes());
        }
      }
    }
    return files;
  }
}
