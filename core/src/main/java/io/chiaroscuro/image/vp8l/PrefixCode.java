package io.chiaroscuro.image.vp8l;

import java.io.IOException;

/** A canonical prefix code: WebP lossless bitstream specification, section 6.2.1. */
final class PrefixCode {

  private static final int LONGEST = 15;
  private static final int[] LENGTH_ORDER = {
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  };

  /** How many codes have each length, and the symbols by length and then by value. */
  private final int[] counts = new int[LONGEST + 1];

  private final int[] symbols;

  private PrefixCode(int[] lengths) throws IOException {
    int[] starts = new int[LONGEST + 2];
    for (int length : lengths) {
      counts[length]++;
    }
    counts[0] = 0;
    int used = 0;
    long space = 0;
    for (int length = 1; length <= LONGEST; length++) {
      starts[length + 1] = starts[length] + counts[length];
      used += counts[length];
      space += (long) counts[length] << (LONGEST - length);
    }
    symbols = new int[used];
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] > 0) {
        symbols[starts[lengths[symbol]]++] = symbol;
      }
    }
    if (used != 1 && space != 1L << LONGEST) {
      throw new IOException("a prefix code is incomplete");
    }
  }

  static PrefixCode read(BitReader in, int alphabet) throws IOException {
    int[] lengths = new int[alphabet];
    if (in.flag()) {
      boolean two = in.flag();
      mark(lengths, in.read(in.flag() ? 8 : 1));
      if (two) {
        mark(lengths, in.read(8));
      }
    } else {
      readLengths(in, lengths);
    }
    return new PrefixCode(lengths);
  }

  private static void mark(int[] lengths, int symbol) throws IOException {
    if (symbol >= lengths.length) {
      throw new IOException("a prefix code has a symbol outside its alphabet");
    }
    lengths[symbol] = 1;
  }

  private static void readLengths(BitReader in, int[] lengths) throws IOException {
    int[] lengthLengths = new int[LENGTH_ORDER.length];
    int count = 4 + in.read(4);
    for (int i = 0; i < count; i++) {
      lengthLengths[LENGTH_ORDER[i]] = in.read(3);
    }
    var code = new PrefixCode(lengthLengths);
    int reads = in.flag() ? 2 + in.read(2 + 2 * in.read(3)) : lengths.length;
    int previous = 8;
    for (int symbol = 0; symbol < lengths.length && reads > 0; reads--) {
      int length = code.readSymbol(in);
      if (length < 16) {
        lengths[symbol++] = length;
        previous = length == 0 ? previous : length;
        continue;
      }
      int repeat =
          switch (length) {
            case 16 -> 3 + in.read(2);
            case 17 -> 3 + in.read(3);
            default -> 11 + in.read(7);
          };
      if (symbol + repeat > lengths.length) {
        throw new IOException("a prefix code has more symbols than its alphabet");
      }
      for (; repeat > 0; repeat--) {
        lengths[symbol++] = length == 16 ? previous : 0;
      }
    }
  }

  int readSymbol(BitReader in) throws IOException {
    if (symbols.length == 1) {
      return symbols[0]; // The only one needs no bits.
    }
    int code = 0;
    int first = 0;
    int index = 0;
    for (int length = 1; length <= LONGEST; length++) {
      code |= in.read(1);
      int count = counts[length];
      if (code - first < count) {
        return symbols[index + code - first];
      }
      index += count;
      first = first + count << 1;
      code <<= 1;
    }
    throw new IOException("a code stands for nothing");
  }
}
