package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** PNG files that carry words: how an image was made stays with it. */
public final class PngFile {

  private PngFile() {}

  /**
   * Writes {@code image} with {@code text} in its text chunks, whole or not at all.
   *
   * @param text keyword (1 to 79 Latin letters) to any text without the character NUL, in the order
   *     to be written
   * @throws InvalidInputException if the file cannot be written
   */
  public static void write(Path file, RgbImage image, Map<String, String> text) {
    byte[] bytes = encode(image, text);
    AtomicFile.write(file, temporary -> Files.write(temporary, bytes));
  }

  /** The bytes that {@link #write} writes. */
  public static byte[] encode(RgbImage image, Map<String, String> text) {
    try {
      return withText(encoded(image), text);
    } catch (IOException e) {
      throw new IllegalStateException("Memory takes every byte.", e);
    }
  }

  /**
   * The bytes of a PNG file with {@code text} before the words that it has.
   *
   * @param text as for {@link #write}
   * @throws InvalidInputException if the file is broken
   */
  public static byte[] withText(byte[] png, Map<String, String> text) {
    List<PngChunk> words =
        text.entrySet().stream().map(e -> PngText.chunk(e.getKey(), e.getValue())).toList();
    try {
      List<PngChunk> chunks = new ArrayList<>(PngChunk.parse(png));
      chunks.addAll(1, words);
      var bytes = new ByteArrayOutputStream();
      bytes.writeBytes(PngChunk.SIGNATURE);
      chunks.forEach(chunk -> bytes.writeBytes(chunk.encoded()));
      return bytes.toByteArray();
    } catch (IOException e) {
      throw unreadable("of these bytes", e);
    }
  }

  /**
   * All text chunks in their order, compressed or not, whoever wrote them; of several with one
   * keyword the last.
   *
   * @throws InvalidInputException if the file is missing, no PNG or broken
   */
  public static Map<String, String> readText(Path file) {
    try {
      return readText(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /**
   * As {@link #readText(Path)}, of a file's bytes.
   *
   * @param name of the image, for messages
   */
  public static Map<String, String> readText(byte[] bytes, String name) {
    if (ImageFormat.of(bytes) != ImageFormat.PNG) {
      throw new InvalidInputException("'%s' is no PNG file.".formatted(name));
    }
    try {
      Map<String, String> text = new LinkedHashMap<>();
      long length = 0;
      for (PngChunk chunk : PngChunk.parse(bytes)) {
        Optional<PngText> words = PngText.of(chunk);
        if (words.isPresent()) {
          length += words.get().text().length();
          if (length > PngText.MAX_INFLATED) {
            throw new IOException(
                "its texts are longer than %d bytes".formatted(PngText.MAX_INFLATED));
          }
          text.put(words.get().keyword(), words.get().text());
        }
      }
      return text;
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static InvalidInputException unreadable(String name, IOException e) {
    return new InvalidInputException(
        "Cannot read the PNG file '%s' (%s).".formatted(name, AtomicFile.reason(e)), e);
  }

  private static byte[] encoded(RgbImage image) throws IOException {
    var bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("PNG").next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(image.toBufferedImage());
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
