package io.chiaroscuro.training.openmoji;

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
    try {
      for (String line : Files.readAllLines(index)) {
        JsonNode fields = JSON.readTree(line);
        String hexcode = fields.path("hex").asText();
        Path picture = dataset.resolve("emoji").resolve(hexcode + ".png");
        Emoji emoji =
            new Emoji(
                hexcode, fields.path("phrase").asText(), fields.path("tags").path(0).asText());
        drawn.add(new DrawnEmoji(emoji, EmojiPicture.read(picture)));
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read '%s' (%s); make the set with 'chiaroscuro dataset openmoji'."
              .formatted(index, AtomicFile.reason(e)),
          e);
    }
    if (drawn.isEmpty()) {
      throw new InvalidInputException(
          "'%s' names no emoji; make the set with 'chiaroscuro dataset openmoji'."
              .formatted(index));
    }
    return drawn;
  }
}
