package io.chiaroscuro.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * A stretch of a file.
 *
 * @param begin of its first byte
 * @param size in bytes
 */
record Stretch(long begin, long size) {

  /**
   * The most that is read at once; what describes the 1,100 tensors of Stable Diffusion 1.x takes
   * 0.2 MB.
   */
  static final int MAX_READ = 1 << 24;

  /** Its bytes, for little-endian numbers; fewer where the file ends before. */
  ByteBuffer read(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && channel.read(buffer, begin + buffer.position()) >= 0) {
      // As often as the system gives parts of it.
    }
    return buffer.flip();
  }
}
