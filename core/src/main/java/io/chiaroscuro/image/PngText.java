package io.chiaroscuro.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.InflaterInputStream;

/**
 * A keyword and its text, from or for one of the three kinds of text chunk (PNG specification,
 * section 11.3.4).
 */
record PngText(String keyword, String text) {

  /** Of a compressed text more is not read: a few bytes may claim to be gigabytes. */
  static final int MAX_INFLATED = 16 << 20;

  private static final Charset LATIN_1 = StandardCharsets.ISO_8859_1;
  private static final Charset UTF_8 = StandardCharsets.UTF_8;

  /** tEXt where Latin-1 suffices, which every program reads, otherwise iTXt. */
  static PngChunk chunk(String keyword, String text) {
    if (keyword.isEmpty()
        || keyword.length() > 79
        || !LATIN_1.newEncoder().canEncode(keyword)
        || keyword.indexOf(0) >= 0
        || text.indexOf(0) >= 0) {
      throw new IllegalArgumentException(
          "A PNG keyword is 1 to 79 Latin letters, and its text is without NUL: '%s'."
              .formatted(keyword));
    }
    var data = new ByteArrayOutputStream();
    data.writeBytes(keyword.getBytes(LATIN_1));
    data.write(0);
    if (LATIN_1.newEncoder().canEncode(text)) {
      data.writeBytes(text.getBytes(LATIN_1));
      return new PngChunk("tEXt", data.toByteArray());
    }
    // Not compressed (two bytes), no language, no translated keyword.
    data.writeBytes(new byte[4]);
    data.writeBytes(text.getBytes(UTF_8));
    return new PngChunk("iTXt", data.toByteArray());
  }

  /** The text of {@code chunk}; empty for chunks of any other kind. */
  static Optional<PngText> of(PngChunk chunk) throws IOException {
    byte[] data = chunk.data();
    if (!chunk.type().equals("tEXt")
        && !chunk.type().equals("zTXt")
        && !chunk.type().equals("iTXt")) {
      return Optional.empty();
    }
    int keywordEnd = nul(data, 0);
    String keyword = new String(data, 0, keywordEnd, LATIN_1);
    int rest = keywordEnd + 1;
    return Optional.of(
        new PngText(
            keyword,
            switch (chunk.type()) {
              case "tEXt" -> new String(data, rest, data.length - rest, LATIN_1);
              case "zTXt" -> new String(inflated(data, rest + 1), LATIN_1);
              default -> international(data, rest);
            }));
  }

  /** Compression flag and method, language tag, translated keyword, text. */
  private static String international(byte[] data, int start) throws IOException {
    int textStart = nul(data, nul(data, start + 2) + 1) + 1;
    byte[] utf8 =
        data[start] == 0
            ? Arrays.copyOfRange(data, textStart, data.length)
            : inflated(data, textStart);
    return new String(utf8, UTF_8);
  }

  private static int nul(byte[] data, int from) throws IOException {
    for (int i = from; i < data.length; i++) {
      if (data[i] == 0) {
        return i;
      }
    }
    throw new IOException("a text chunk is malformed");
  }

  private static byte[] inflated(byte[] data, int start) throws IOException {
    if (start > data.length) {
      throw new IOException("a text chunk is malformed");
    }
    var in = new InflaterInputStream(new ByteArrayInputStream(data, start, data.length - start));
    byte[] inflated = in.readNBytes(MAX_INFLATED);
    if (inflated.length == MAX_INFLATED) {
      throw new IOException("a compressed text is longer than %d bytes".formatted(MAX_INFLATED));
    }
    return inflated;
  }
}
