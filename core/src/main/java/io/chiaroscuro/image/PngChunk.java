package io.chiaroscuro.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A piece of a PNG file: length, type, data, CRC-32 (PNG specification, section 5.3).
 *
 * @param type four Latin letters
 */
record PngChunk(String type, byte[] data) {

  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /**
   * All chunks up to and with IEND.
   *
   * @throws EOFException if the file ends before that
   */
  static List<PngChunk> parse(byte[] png) throws IOException {
    List<PngChunk> chunks = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(png);
    in.position(Math.min(SIGNATURE.length, png.length));
    while (true) {
      if (in.remaining() < 12) {
        throw new EOFException();
      }
      int length = in.getInt();
      byte[] type = new byte[4];
      in.get(type);
      if (length < 0 || length > in.remaining() - 4) {
        throw new EOFException();
      }
      byte[] data = new byte[length];
      in.get(data);
      in.getInt();
      var chunk = new PngChunk(new String(type, StandardCharsets.ISO_8859_1), data);
      chunks.add(chunk);
      if (chunk.type.equals("IEND")) {
        return chunks;
      }
    }
  }

  /** The chunk as it stands in a file. */
  byte[] encoded() {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    var crc = new CRC32();
    crc.update(name);
    crc.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(name)
        .put(data)
        .putInt((int) crc.getValue())
        .array();
  }
}
