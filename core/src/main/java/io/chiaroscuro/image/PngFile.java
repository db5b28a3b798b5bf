package io.chiaroscuro.image;

import java.nio.file.Path;
import java.util.Map;

/** stub */
public final class PngFile {
  private PngFile() {}

  /** Writes {@code image} with {@code text} (keyword to value) in its text chunks. */
  public static void write(Path file, RgbImage image, Map<String, String> text) {
    throw new UnsupportedOperationException();
  }

  /** The text chunks, in their order. */
  public static Map<String, String> readText(Path file) {
    throw new UnsupportedOperationException();
  }
}
