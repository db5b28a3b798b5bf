package io.chiaroscuro.training.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.ImageFolder;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder of pictures with captions, in the conventions of the ecosystem: a {@value #METADATA} as
 * Hugging Face's ImageFolder reads it, or a text file beside each picture as kohya's trainer does.
 */
public final class CaptionedFolder {

  /** A line each picture: {@code {"file_name": "cat.png", "text": "a cat"}}. */
  public static final String METADATA = "metadata.jsonl";

  private static final char BYTE_ORDER_MARK = '\ufeff';

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private CaptionedFolder() {}

  /**
   * The pictures that {@value #METADATA} lists, in its order; where there is no such file all
   * pictures in the folder and below, each with the first line of the text file beside it.
   *
   * @param captionColumn the field of a metadata line that holds the caption, such as {@code text}
   * @param captionExtension what replaces a picture's suffix in the name of its text file, such as
   *     {@code .txt}
   * @throws InvalidInputException naming file and line, if the folder holds no picture, a line is
   *     wrong, or a picture or caption is missing
   */
  public static List<CaptionedImage> read(
      Path folder, String captionColumn, String captionExtension) {
    Path metadata = folder.resolve(METADATA);
    return Files.exists(metadata)
        ? listed(metadata, captionColumn)
        : besideTheirCaptions(folder, captionExtension);
  }

  /**
   * All pictures in the folder and below, of each of which the same is said, as DreamBooth does.
   *
   * @throws InvalidInputException if the prompt is blank or the folder holds no picture
   */
  public static List<CaptionedImage> withInstancePrompt(Path folder, String instancePrompt) {
    if (instancePrompt.isBlank()) {
      throw new InvalidInputException(
          "The instance prompt for '%s' is empty; say what the pictures show.".formatted(folder));
    }
    return ImageFolder.list(folder).stream()
        .map(file -> new CaptionedImage(file, instancePrompt))
        .toList();
  }

  private static List<CaptionedImage> listed(Path metadata, String captionColumn) {
    List<CaptionedImage> images = new ArrayList<>();
    int number = 0;
    for (String line : lines(metadata)) {
      number++;
      if (!line.isBlank()) {
        images.add(new MetadataLine(metadata, number, line).image(captionColumn));
      }
    }
    if (images.isEmpty()) {
      throw new InvalidInputException(
          "'%s' lists no picture; write a line like {\"file_name\": \"cat.png\", \"%s\": \"a cat\"} for each."
              .formatted(metadata, captionColumn));
    }
    return List.copyOf(images);
  }

  private static List<CaptionedImage> besideTheirCaptions(Path folder, String captionExtension) {
    List<CaptionedImage> images = new ArrayList<>();
    for (Path file : ImageFolder.list(folder)) {
      String name = file.getFileName().toString();
      int suffix = name.lastIndexOf('.');
      String stem = suffix < 0 ? name : name.substring(0, suffix);
      Path text = file.resolveSibling(stem + captionExtension);
      if (!Files.isRegularFile(text)) {
        throw new InvalidInputException(
            "'%s' has no caption: there is neither a %s in '%s' nor a file '%s'; write one of them, or give one instance prompt for all."
                .formatted(file, METADATA, folder, text));
      }
      String caption = lines(text).stream().findFirst().orElse("").strip();
      if (caption.isEmpty()) {
        throw new InvalidInputException(
            "The caption file '%s' has nothing in its first line; write what '%s' shows there."
                .formatted(text, name));
      }
      images.add(new CaptionedImage(file, caption));
    }
    return List.copyOf(images);
  }

  private static List<String> lines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      if (!lines.isEmpty() && lines.get(0).startsWith(String.valueOf(BYTE_ORDER_MARK))) {
        lines.set(0, lines.get(0).substring(1));
      }
      return lines;
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          "'%s' is not UTF-8 text; save it in that encoding.".formatted(file), e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read '%s' (%s); check the path and its permissions."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  /** One line of a metadata file, and where it stands. */
  private record MetadataLine(Path file, int number, String line) {

    private static final String MEANING_OF_FILE_NAME = "the picture's path in this folder";

    CaptionedImage image(String captionColumn) {
      JsonNode json = json();
      String fileName = text(json, "file_name", MEANING_OF_FILE_NAME);
      Path image = path(fileName);
      if (!Files.isRegularFile(image)) {
        throw wrong(
            "names the picture '%s', which is not there; put it there or remove the line"
                .formatted(fileName));
      }
      return new CaptionedImage(image, text(json, captionColumn, "the caption").strip());
    }

    private Path path(String fileName) {
      try {
        return file.resolveSibling(fileName);
      } catch (InvalidPathException e) {
        throw wrong("has an unusable 'file_name'; give it %s".formatted(MEANING_OF_FILE_NAME));
      }
    }

    private JsonNode json() {
      try {
        JsonNode json = JSON.readTree(line);
        if (json.isObject()) {
          return json;
        }
      } catch (JsonProcessingException e) {
        // Said below, in the same words as of a number or a list.
      }
      throw wrong("is no JSON object; write it as {\"file_name\": \"...\", \"text\": \"...\"}");
    }

    private String text(JsonNode json, String column, String meaning) {
      JsonNode value = json.path(column);
      if (!value.isTextual() || value.asText().isBlank()) {
        throw wrong(
            "%s '%s'; give it %s as text"
                .formatted(value.isMissingNode() ? "has no" : "has an unusable", column, meaning));
      }
      return value.asText();
    }

    private InvalidInputException wrong(String what) {
      return new InvalidInputException("Line %d of '%s' %s.".formatted(number, file, what));
    }
  }
}
