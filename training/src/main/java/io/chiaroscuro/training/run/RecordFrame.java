package io.chiaroscuro.training.run;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * How TensorFlow's record files frame a message, little-endian: its length (8 bytes), the length's
 * checksum (4), the message, the message's checksum (4).
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">The format</a>
 */
final class RecordFrame {

  private static final int MASK = 0xa282ead8;

  private RecordFrame() {}

  static ByteBuffer of(byte[] message) {
    byte[] length =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(message.length).array();
    return ByteBuffer.allocate(16 + message.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(length)
        .putInt(maskedChecksum(length))
        .put(message)
        .putInt(maskedChecksum(message))
        .flip();
  }

  /** CRC-32C, rotated and shifted so that checksums of checksums stay sound. */
  static int maskedChecksum(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
