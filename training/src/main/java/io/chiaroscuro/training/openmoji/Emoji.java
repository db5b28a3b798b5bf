package io.chiaroscuro.training.openmoji;

import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One of the emoji that the embedded model learns.
 *
 * @param hexcode OpenMoji's name of its files
 * @param phrase what it shows, with its article where it has one: {@code a red apple}, {@code
 *     grapes}
 * @param tag one word for its kind: {@code fruit}
 */
public record Emoji(String hexcode, String phrase, String tag) {

  private static final String LIST = "emoji.txt";

  /** Those chosen, clearest first: distinct silhouettes and colours that everyone knows. */
  public static final List<Emoji> ALL = read();

  /** What it shows, without article: {@code red apple}. */
  public String name() {
    return phrase.replaceFirst("^(an?|the) ", "");
  }

  /**
   * The clearest {@code count}.
   *
   * @throws InvalidInputException if the list is shorter
   */
  public static List<Emoji> clearest(int count) {
    if (count < 1 || count > ALL.size()) {
      throw new InvalidInputException(
          "%d emoji cannot be chosen: the list holds %d; choose 1 to %d."
              .formatted(count, ALL.size(), ALL.size()));
    }
    return ALL.subList(0, count);
  }

  private static List<Emoji> read() {
    try (InputStream in = Emoji.class.getResourceAsStream(LIST)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" \\| "))
          .map(columns -> new Emoji(columns[0], columns[1], columns[2]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
