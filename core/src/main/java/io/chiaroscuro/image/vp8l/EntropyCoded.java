package io.chiaroscuro.image.vp8l;

import java.io.IOException;

/** Pixels as literals, copies of earlier ones, and entries of a cache: sections 5 and 6. */
final class EntropyCoded {

  private static final int LENGTH_CODES = 24;
  private static final int DISTANCE_CODES = 40;
  private static final int CACHE_MULTIPLIER = 0x1e35a7bd;

  /** Near distances as 16 * rows up + (8 - columns to the left), in the order of their codes. */
  private static final int[] NEAR = {
    24, 7, 23, 25, 40, 6, 39, 41, 22, 26, 38, 42, 56, 5, 55, 57,
    21, 27, 54, 58, 37, 43, 72, 4, 71, 73, 20, 28, 53, 59, 70, 74,
    36, 44, 88, 69, 75, 52, 60, 3, 87, 89, 19, 29, 86, 90, 35, 45,
    68, 76, 85, 91, 51, 61, 104, 2, 103, 105, 18, 30, 102, 106, 34, 46,
    84, 92, 67, 77, 101, 107, 50, 62, 120, 1, 119, 121, 83, 93, 17, 31,
    100, 108, 66, 78, 118, 122, 33, 47, 117, 123, 49, 63, 99, 109, 82, 94,
    0, 116, 124, 65, 79, 16, 32, 98, 110, 48, 115, 125, 81, 95, 64, 114,
    126, 97, 111, 80, 113, 127, 96, 112
  };

  private final BitReader in;
  private final int width;
  private final int[] argb;
  private final int cacheBits;
  private final int[] cache;
  private int cached;

  private EntropyCoded(BitReader in, int width, int height) throws IOException {
    this.in = in;
    this.width = width;
    this.argb = new int[Math.multiplyExact(width, height)];
    this.cacheBits = in.flag() ? in.read(4) : 0;
    if (cacheBits > 11) {
      throw new IOException("its colour cache is too large");
    }
    this.cache = new int[cacheBits == 0 ? 0 : 1 << cacheBits];
  }

  /** The picture itself, whose regions may have codes of their own. */
  static int[] readMain(BitReader in, int width, int height) throws IOException {
    var image = new EntropyCoded(in, width, height);
    if (!in.flag()) {
      return image.read(new int[1], 31);
    }
    int bits = in.read(3) + 2;
    int[] regions = readPart(in, Transform.covering(width, bits), Transform.covering(height, bits));
    for (int i = 0; i < regions.length; i++) {
      regions[i] = regions[i] >> 8 & 0xffff;
    }
    return image.read(regions, bits);
  }

  /** A small image that a transform or the codes' regions are stored as. */
  static int[] readPart(BitReader in, int width, int height) throws IOException {
    return new EntropyCoded(in, width, height).read(new int[1], 31);
  }

  /**
   * @param regions which group of codes holds in each square of 2^{@code bits} pixels
   */
  private int[] read(int[] regions, int bits) throws IOException {
    int groups = 0;
    for (int region : regions) {
      groups = Math.max(groups, region + 1);
    }
    PrefixCode[][] codes = new PrefixCode[groups][];
    for (int group = 0; group < groups; group++) {
      codes[group] =
          new PrefixCode[] {
            PrefixCode.read(in, 256 + LENGTH_CODES + cache.length),
            PrefixCode.read(in, 256),
            PrefixCode.read(in, 256),
            PrefixCode.read(in, 256),
            PrefixCode.read(in, DISTANCE_CODES)
          };
    }
    int regionsAcross = Transform.covering(width, bits);
    int at = 0;
    while (at < argb.length) {
      int region = (at / width >> bits) * regionsAcross + (at % width >> bits);
      at = readNext(codes[regions[region]], at);
    }
    return argb;
  }

  private int readNext(PrefixCode[] codes, int at) throws IOException {
    int symbol = codes[0].readSymbol(in);
    if (symbol < 256) {
      int red = codes[1].readSymbol(in);
      int blue = codes[2].readSymbol(in);
      int alpha = codes[3].readSymbol(in);
      argb[at] = alpha << 24 | red << 16 | symbol << 8 | blue;
      return at + 1;
    }
    if (symbol >= 256 + LENGTH_CODES) {
      fillCache(at);
      argb[at] = cache[symbol - 256 - LENGTH_CODES];
      return at + 1;
    }
    int length = readCount(symbol - 256);
    int distance = distance(readCount(codes[4].readSymbol(in)));
    if (distance > at || length > argb.length - at) {
      throw new IOException("it copies from outside the picture");
    }
    for (int i = at; i < at + length; i++) {
      argb[i] = argb[i - distance];
    }
    return at + length;
  }

  /** The cache holds what was decoded last; it is brought up to date only when it is asked. */
  private void fillCache(int end) {
    for (; cached < end; cached++) {
      cache[CACHE_MULTIPLIER * argb[cached] >>> 32 - cacheBits] = argb[cached];
    }
  }

  private int readCount(int code) throws IOException {
    if (code < 4) {
      return code + 1;
    }
    int extra = code - 2 >> 1;
    return (2 + (code & 1) << extra) + in.read(extra) + 1;
  }

  private int distance(int code) {
    if (code > NEAR.length) {
      return code - NEAR.length;
    }
    int near = NEAR[code - 1];
    return Math.max((near >> 4) * width + 8 - (near & 15), 1);
  }
}
