package io.chiaroscuro.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** PNG files as nobody draws them. */
final class PngBytes {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private PngBytes() {}

  /** A file of a hundred bytes that claims so many pixels. */
  static byte[] claiming(int width, int height) {
    return file(header(width, height), chunk("IDAT", new byte[40]));
  }

  /** A file of a few kilobytes whose text is so many bytes long once it is inflated. */
  static byte[] withInflatingText(int length) {
    var deflater = new Deflater(Deflater.BEST_COMPRESSION);
    deflater.setInput(new byte[length]);
    deflater.finish();
    var text = new ByteArrayOutputStream();
    text.writeBytes("chiaroscuro\0\0".getBytes(StandardCharsets.ISO_8859_1));
    var buffer = new byte[8192];
    while (!deflater.finished()) {
      text.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return file(header(8, 8), chunk("zTXt", text.toByteArray()));
  }

  /** A file with a chunk that claims to be longer than the file. */
  static byte[] withEndlessChunk() {
    byte[] endless = chunk("tEXt", "prompt\0a".getBytes(StandardCharsets.ISO_8859_1));
    endless[0] = 0x7f;
    return file(header(8, 8), endless);
  }

  private static byte[] file(byte[]... chunks) {
    var png = new ByteArrayOutputStream();
    png.writeBytes(SIGNATURE);
    for (byte[] chunk : chunks) {
      png.writeBytes(chunk);
    }
    png.writeBytes(chunk("IEND", new byte[0]));
    return png.toByteArray();
  }

  private static byte[] header(int width, int height) {
    return chunk(
        "IHDR",
        ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).put((byte) 2).array());
  }

  private static byte[] chunk(String type, byte[] data) {
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
