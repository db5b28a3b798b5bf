package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An sRGB colour.
 *
 * @param red 0..255
 * @param green 0..255
 * @param blue 0..255
 */
public record RgbColor(int red, int green, int blue) {

  /** As light as dark. */
  public static final RgbColor MIDDLE_GREY = new RgbColor(128, 128, 128);

  private static final Pattern HEXADECIMAL = Pattern.compile("#?([0-9a-fA-F]{6})");

  public RgbColor {
    if (((red | green | blue) & ~0xff) != 0) {
      throw new IllegalArgumentException(
          "(%d, %d, %d) is no colour of 8 bits a channel.".formatted(red, green, blue));
    }
  }

  /**
   * Parses {@code #rrggbb}, with the sign or without.
   *
   * @throws InvalidInputException if it is written otherwise
   */
  public static RgbColor parse(String text) {
    Matcher digits = HEXADECIMAL.matcher(text.strip());
    if (!digits.matches()) {
      throw new InvalidInputException(
          "'%s' is no colour; write six hexadecimal digits, for example #101020.".formatted(text));
    }
    int rgb = Integer.parseInt(digits.group(1), 16);
    return new RgbColor(rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff);
  }

  /** For example {@code #101020}. */
  @Override
  public String toString() {
    return "#%02x%02x%02x".formatted(red, green, blue);
  }
}
