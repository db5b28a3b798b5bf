package io.chiaroscuro.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;

/**
 * Letters that need no fonts on the machine: a bare JDK without fontconfig cannot draw text, and a
 * contact sheet must not depend on that. They are drawn in {@code glyphs.txt}.
 */
final class BitmapFont {

  /** The pitch: 5 dots and one between. */
  static final int ADVANCE = 6;

  /** Dots of a line of text, 2 of them below the line letters stand on. */
  static final int HEIGHT = 9;

  private static final int FIRST = ' ';
  private static final int LAST = '~';
  private static final int IN_A_BAND = 12;
  private static final List<String> GLYPHS = load();

  private BitmapFont() {}

  /**
   * What can be shown of {@code text}: accents are dropped, and what then is not ASCII becomes a
   * question mark.
   */
  static String shown(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{M}+", "");
    var shown = new StringBuilder();
    plain
        .codePoints()
        .forEach(
            c ->
                shown.append(
                    Character.isWhitespace(c) ? ' ' : c < FIRST || c > LAST ? '?' : (char) c));
    return shown.toString();
  }

  /** Whether the dot at ({@code x}, {@code y}) of a {@linkplain #shown shown} character is ink. */
  static boolean isInk(char character, int x, int y) {
    int glyph = character - FIRST;
    int line = 2 + glyph / IN_A_BAND * (HEIGHT + 1) + y;
    return GLYPHS.get(line).charAt(glyph % IN_A_BAND * ADVANCE + x) == '#';
  }

  private static List<String> load() {
    try (InputStream in = BitmapFont.class.getResourceAsStream("glyphs.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
