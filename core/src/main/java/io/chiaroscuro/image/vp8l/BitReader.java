package io.chiaroscuro.image.vp8l;

import java.io.EOFException;
import java.io.IOException;

/** Bits from bytes, the lowest first. */
final class BitReader {

  private final byte[] data;
  private int at;
  private long window;
  private int available;

  BitReader(byte[] data) {
    this.data = data;
  }

  /** Up to 24 bits as a number whose lowest bit came first. */
  int read(int count) throws IOException {
    while (available < count) {
      if (at == data.length) {
        throw new EOFException();
      }
      window |= (data[at++] & 0xffL) << available;
      available += 8;
    }
    int bits = (int) (window & (1L << count) - 1);
    window >>>= count;
    available -= count;
    return bits;
  }

  boolean flag() throws IOException {
    return read(1) == 1;
  }
}
