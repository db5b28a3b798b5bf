package io.chiaroscuro.training.openmoji;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An emoji and its drawing. */
public record DrawnEmoji(Emoji emoji, EmojiPicture picture) {

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Reads what {@link OpenMojiPictures#writeEmoji} wrote: {@code emoji.jsonl} and the drawings in
   * the folder {@code emoji} beside it.
   *
   * @param dataset the folder of both
   * @throws InvalidInputException if a file is missing or malformed
   */
  public static List<DrawnEmoji> read(Path dataset) {
    Path index = dataset.resolve("emoji.jsonl");
    List<DrawnEmoji> drawn = new ArrayList<>();
    for (String line : lines(index)) {
      Emoji emoji = emoji(line, index);
      Path picture = dataset.resolve("emoji").resolve(emoji.hexcode() + ".png");
      drawn.add(new DrawnEmoji(emoji, EmojiPicture.read(picture)));
    }
    if (drawn.isEmpty()) {
      throw malformed(index, "names no emoji");
    }
    return drawn;
  }

  private static List<String> lines(Path index) {
    try {
      return Files.readAllLines(index);
    } catch (IOException e) {
      throw malformed(index, "cannot be read (%s)".formatted(AtomicFile.reason(e)));
    }
  }

  private static Emoji emoji(String line, Path index) {
    try {
      JsonNode fields = JSON.readTree(line);
      if (fields.hasNonNull("hex") && fields.hasNonNull("phrase")) {
        return new Emoji(
            fields.path("hex").asText(),
            fields.path("phrase").asText(),
            fields.path("tags").path(0).asText());
      }
    } catch (JsonProcessingException e) {
      // As useless as a line that lacks a field.
    }
    throw malformed(index, "has the line '%s', which names no emoji".formatted(line));
  }

  private static InvalidInputException malformed(Path index, String what) {
    return new InvalidInputException(
        "'%s' %s; make the set with 'chiaroscuro dataset openmoji'.".formatted(index, what));
  }
}
