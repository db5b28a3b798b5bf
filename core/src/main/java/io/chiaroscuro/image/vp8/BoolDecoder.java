package io.chiaroscuro.image.vp8;

import java.io.EOFException;
import java.io.IOException;

/** The arithmetic decoder of RFC 6386, section 7. */
final class BoolDecoder {

  /** An encoder may leave out that many zero bytes at the end; reading further means a cut file. */
  private static final int OMITTED = 8;

  private final byte[] data;
  private final int end;
  private int at;
  private int range = 255;

  /** The window: the bits being decided on lie above the {@code bits} that wait. */
  private long value;

  private int bits;

  BoolDecoder(byte[] data, int start, int end) throws IOException {
    if (start > end || end > data.length) {
      throw new EOFException();
    }
    this.data = data;
    this.at = start;
    this.end = end;
  }

  /** A bit that is 0 with {@code probability / 256}. */
  boolean read(int probability) throws IOException {
    if (bits < 8) {
      fill();
    }
    int split = 1 + ((range - 1) * probability >> 8);
    long bigSplit = (long) split << (bits - 8);
    boolean bit = value >= bigSplit;
    if (bit) {
      range -= split;
      value -= bigSplit;
    } else {
      range = split;
    }
    int shift = Integer.numberOfLeadingZeros(range) - 24;
    range <<= shift;
    bits -= shift;
    return bit;
  }

  private void fill() throws IOException {
    while (bits <= 48) {
      if (at >= end + OMITTED) {
        if (bits >= 8) {
          return;
        }
        throw new EOFException();
      }
      value = value << 8 | (at < end ? data[at] & 0xff : 0);
      at++;
      bits += 8;
    }
  }

  boolean flag() throws IOException {
    return read(128);
  }

  /** {@code count} bits, the highest first. */
  int literal(int count) throws IOException {
    int literal = 0;
    for (int i = 0; i < count; i++) {
      literal = literal << 1 | (flag() ? 1 : 0);
    }
    return literal;
  }

  /** A magnitude and then a sign. */
  int signed(int count) throws IOException {
    int magnitude = literal(count);
    return flag() ? -magnitude : magnitude;
  }

  /** A {@link #signed} number if a flag announces one, otherwise 0. */
  int optionalSigned(int count) throws IOException {
    return flag() ? signed(count) : 0;
  }

  /**
   * A leaf of a tree as section 8.1 writes trees: pairs of indices, leaves as negated values; the
   * node at index i has the probability at {@code offset + i / 2}.
   */
  int tree(int[] tree, int[] probabilities, int offset) throws IOException {
    int node = 0;
    do {
      node = tree[node + (read(probabilities[offset + (node >> 1)]) ? 1 : 0)];
    } while (node > 0);
    return -node;
  }
}
