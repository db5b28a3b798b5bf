package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The formats read here, named as ImageIO names them. */
public enum ImageFormat {
  JPEG("JPEG"),
  PNG("PNG"),
  WEBP("WebP"),
  BMP("BMP"),
  GIF("GIF"),
  TIFF("TIFF");

  /** That of WebP is the longest. */
  private static final int SIGNATURE_BYTES = 12;

  private final String title;

  ImageFormat(String title) {
    this.title = title;
  }

  /**
   * The format whose signature {@code file} begins with, whatever its suffix.
   *
   * @throws InvalidInputException if the file cannot be read
   */
  public static Optional<ImageFormat> of(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.ofNullable(of(in.readNBytes(SIGNATURE_BYTES)));
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read '%s' (%s); check the path and its permissions."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  /** The format whose signature the file begins with; null where it is none of these. */
  static ImageFormat of(byte[] bytes) {
    String head =
        new String(bytes, 0, Math.min(bytes.length, SIGNATURE_BYTES), StandardCharsets.ISO_8859_1);
    if (head.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
      return PNG;
    }
    if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return WEBP;
    }
    if (head.startsWith("BM")) {
      return BMP;
    }
    if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
      return GIF;
    }
    if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
      return TIFF;
    }
    return null;
  }

  @Override
  public String toString() {
    return title;
  }
}
