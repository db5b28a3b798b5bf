package io.chiaroscuro.image.vp8;

import java.io.EOFException;
import java.io.IOException;

/** What stands before a key frame's macroblocks: RFC 6386, sections 9.1 to 9.11. */
final class FrameHeader {

  private static final int TAG_AND_SIZE = 10;
  private static final int SEGMENTS = 4;

  final int width;
  final int height;

  /** Goes on to read the macroblocks' modes. */
  final BoolDecoder modes;

  /** The residuals of macroblock row r are in partition r modulo their number. */
  final BoolDecoder[] partitions;

  final boolean mapsSegments;
  final int[] segmentProbabilities = {255, 255, 255};
  final int[] coefficientProbabilities = Tables.COEFFICIENT_PROBABILITIES.clone();

  /** -1 where no macroblock is marked as empty. */
  final int skipProbability;

  final Quantizer[] quantizers = new Quantizer[SEGMENTS];
  final boolean simpleFilter;
  final int sharpness;

  private final int[] segmentLevels = new int[SEGMENTS];
  private int subblockLevelDelta;
  private int intraLevelDelta;

  FrameHeader(byte[] data) throws IOException {
    if (data.length < TAG_AND_SIZE) {
      throw new EOFException();
    }
    int tag = data[0] & 0xff | (data[1] & 0xff) << 8 | (data[2] & 0xff) << 16;
    boolean isKeyFrame = (tag & 1) == 0;
    if (!isKeyFrame || (data[3] & 0xff) != 0x9d || data[4] != 0x01 || data[5] != 0x2a) {
      throw new IOException("its first frame is no key frame");
    }
    // The upper two bits of each are a scale that decoders leave to the display.
    width = (data[6] & 0xff | (data[7] & 0xff) << 8) & 0x3fff;
    height = (data[8] & 0xff | (data[9] & 0xff) << 8) & 0x3fff;
    if (width == 0 || height == 0) {
      throw new IOException("it has no pixels");
    }
    int modesEnd = TAG_AND_SIZE + (tag >> 5);
    modes = new BoolDecoder(data, TAG_AND_SIZE, modesEnd);
    modes.literal(2); // colour space and clamping, neither of which changes decoding

    boolean segmented = modes.flag();
    mapsSegments = segmented && modes.flag();
    int[] segmentQuantizers = new int[SEGMENTS];
    boolean absolute = readSegments(segmented, segmentQuantizers);
    simpleFilter = modes.flag();
    int level = modes.literal(6);
    sharpness = modes.literal(3);
    for (int segment = 0; segment < SEGMENTS; segment++) {
      segmentLevels[segment] += absolute ? 0 : level;
    }
    readLevelDeltas();
    int partitionCount = 1 << modes.literal(2);
    int index = modes.literal(7);
    int[] deltas = new int[5];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = modes.optionalSigned(4);
    }
    for (int segment = 0; segment < SEGMENTS; segment++) {
      quantizers[segment] =
          Quantizer.of(segmentQuantizers[segment] + (absolute ? 0 : index), deltas);
    }
    modes.flag(); // whether later frames keep these probabilities
    for (int i = 0; i < coefficientProbabilities.length; i++) {
      if (modes.read(Tables.COEFFICIENT_UPDATE_PROBABILITIES[i])) {
        coefficientProbabilities[i] = modes.literal(8);
      }
    }
    skipProbability = modes.flag() ? modes.literal(8) : -1;
    partitions = partitions(data, modesEnd, partitionCount);
  }

  /** Returns whether the segments' numbers stand for themselves rather than being added. */
  private boolean readSegments(boolean segmented, int[] segmentQuantizers) throws IOException {
    boolean absolute = false;
    if (segmented && modes.flag()) {
      absolute = modes.flag();
      for (int segment = 0; segment < SEGMENTS; segment++) {
        segmentQuantizers[segment] = modes.optionalSigned(7);
      }
      for (int segment = 0; segment < SEGMENTS; segment++) {
        segmentLevels[segment] = modes.optionalSigned(6);
      }
    }
    if (mapsSegments) {
      for (int i = 0; i < segmentProbabilities.length; i++) {
        segmentProbabilities[i] = modes.flag() ? modes.literal(8) : 255;
      }
    }
    return absolute;
  }

  private void readLevelDeltas() throws IOException {
    boolean enabled = modes.flag();
    if (!enabled || !modes.flag()) {
      return;
    }
    int[] deltas = new int[8];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = modes.optionalSigned(6);
    }
    // Of the four reference frames a key frame has the first, of the four modes as well.
    intraLevelDelta = deltas[0];
    subblockLevelDelta = deltas[4];
  }

  private static BoolDecoder[] partitions(byte[] data, int tableStart, int count)
      throws IOException {
    int start = tableStart + 3 * (count - 1);
    if (start > data.length) {
      throw new EOFException();
    }
    BoolDecoder[] partitions = new BoolDecoder[count];
    for (int i = 0; i < count; i++) {
      int entry = tableStart + 3 * i;
      int end =
          i == count - 1
              ? data.length
              : start
                  + (data[entry] & 0xff
                      | (data[entry + 1] & 0xff) << 8
                      | (data[entry + 2] & 0xff) << 16);
      partitions[i] = new BoolDecoder(data, start, end);
      start = end;
    }
    return partitions;
  }

  /** How strongly a macroblock's edges are smoothed, 0..63. */
  int filterLevel(int segment, boolean hasSubblockModes) {
    int level = clamp(segmentLevels[segment], 63) + intraLevelDelta;
    return clamp(hasSubblockModes ? level + subblockLevelDelta : level, 63);
  }

  static int clamp(int value, int most) {
    return Math.min(Math.max(value, 0), most);
  }

  /** Factors of the coefficients, first the constant one's: section 14.1. */
  record Quantizer(int lumaDc, int lumaAc, int y2Dc, int y2Ac, int chromaDc, int chromaAc) {

    static Quantizer of(int index, int[] deltas) {
      int base = clamp(index, 127);
      return new Quantizer(
          Tables.DC_QUANTIZERS[clamp(base + deltas[0], 127)],
          Tables.AC_QUANTIZERS[base],
          2 * Tables.DC_QUANTIZERS[clamp(base + deltas[1], 127)],
          Math.max(Tables.AC_QUANTIZERS[clamp(base + deltas[2], 127)] * 155 / 100, 8),
          Math.min(Tables.DC_QUANTIZERS[clamp(base + deltas[3], 127)], 132),
          Tables.AC_QUANTIZERS[clamp(base + deltas[4], 127)]);
    }
  }
}
