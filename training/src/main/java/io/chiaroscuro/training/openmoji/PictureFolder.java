package io.chiaroscuro.training.openmoji;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.PngFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes pictures as the ecosystem's image folder: PNG files, and {@code metadata.jsonl} with a
 * line for each.
 */
public final class PictureFolder {

  private static final String METADATA = "metadata.jsonl";
  private static final JsonMapper JSON = new JsonMapper();

  private PictureFolder() {}

  /**
   * Writes a series over what an earlier run left in {@code folder}. The metadata goes first and
   * comes last: a folder that has them is whole.
   *
   * @param written called after each picture
   * @return how bright the pictures are
   * @throws InvalidInputException if a file cannot be written
   */
  public static Brightness write(Path folder, PictureSeries series, Runnable written) {
    clear(folder);
    List<Map<String, Object>> lines = new ArrayList<>();
    List<Brightness> parts = new ArrayList<>();
    for (int i = 0; i < series.length(); i++) {
      CaptionedPicture picture = series.picture().apply(i);
      String name = "%05d.png".formatted(i);
      PngFile.write(folder.resolve(name), picture.image(), Map.of());
      parts.add(Brightness.of(picture.image()));
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("file_name", name);
      line.put("text", picture.text());
      line.put("emoji", picture.emoji().map(Emoji::hexcode).orElse(null));
      line.put("background", picture.background().toString());
      lines.add(line);
      written.run();
    }
    writeLines(folder.resolve(METADATA), lines);
    return Brightness.merge(parts);
  }

  /** Removes the metadata and the numbered pictures, nothing else. */
  private static void clear(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(METADATA));
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.toList()) {
            if (file.getFileName().toString().matches("\\d{5,}\\.png")) {
              Files.delete(file);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot replace the pictures in '%s' (%s); choose another folder."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }

  /** One JSON object a line. */
  static void writeLines(Path file, List<Map<String, Object>> lines) {
    StringBuilder text = new StringBuilder();
    try {
      for (Map<String, Object> line : lines) {
        text.append(JSON.writeValueAsString(line)).append('\n');
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
    AtomicFile.write(file, temporary -> Files.writeString(temporary, text));
  }
}
