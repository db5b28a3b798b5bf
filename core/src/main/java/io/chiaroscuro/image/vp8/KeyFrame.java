package io.chiaroscuro.image.vp8;

import java.io.IOException;
import java.util.Arrays;

/**
 * A VP8 key frame, which is what lossy WebP holds, decoded as RFC 6386 ("VP8 Data Format and
 * Decoding Guide") prescribes.
 */
public final class KeyFrame {

  private static final int[] SEGMENT_TREE = {2, 4, 0, -1, -2, -3};
  private static final int[] LUMA_MODE_TREE = {-Prediction.BY_SUBBLOCK, 2, 4, 6, 0, -1, -2, -3};
  private static final int[] LUMA_MODE_PROBABILITIES = {145, 156, 163, 128};
  private static final int[] CHROMA_MODE_TREE = {0, 2, -1, 4, -2, -3};
  private static final int[] CHROMA_MODE_PROBABILITIES = {142, 114, 183};
  private static final int[] SUBBLOCK_MODE_TREE = {
    0, 2, -1, 4, -2, 6, 8, 12, -3, 10, -5, -6, -4, 14, -7, 16, -8, -9
  };

  private final FrameHeader header;
  private final int columns;
  private final int rows;
  private final Plane luma;
  private final Plane u;
  private final Plane v;

  /** Subblock modes along the lower and the right edge of what is decoded. */
  private final int[] modesAbove;

  private final int[] modesLeft = new int[4];

  private KeyFrame(FrameHeader header) {
    this.header = header;
    this.columns = (header.width + 15) / 16;
    this.rows = (header.height + 15) / 16;
    this.luma = new Plane(16 * columns, 16 * rows);
    this.u = new Plane(8 * columns, 8 * rows);
    this.v = new Plane(8 * columns, 8 * rows);
    this.modesAbove = new int[4 * columns];
  }

  /** Only the size of the frame in {@code vp8}: width, height. */
  public static int[] size(byte[] vp8) throws IOException {
    var header = new FrameHeader(vp8);
    return new int[] {header.width, header.height};
  }

  /**
   * @param vp8 the content of a WebP file's chunk {@code "VP8 "}
   * @throws IOException if it is no key frame or cut off
   */
  public static KeyFrame decode(byte[] vp8) throws IOException {
    var frame = new KeyFrame(new FrameHeader(vp8));
    frame.decode();
    return frame;
  }

  public int width() {
    return header.width;
  }

  public int height() {
    return header.height;
  }

  /** Y', in studio range. */
  public Plane luma() {
    return luma;
  }

  /** Cb, of half the size. */
  public Plane u() {
    return u;
  }

  /** Cr, of half the size. */
  public Plane v() {
    return v;
  }

  private void decode() throws IOException {
    var residual = new Residual(header.coefficientProbabilities, columns);
    var filter = new LoopFilter(header, columns, rows, luma, u, v);
    for (int row = 0; row < rows; row++) {
      BoolDecoder tokens = header.partitions[row % header.partitions.length];
      residual.startRow();
      Arrays.fill(modesLeft, 0);
      for (int column = 0; column < columns; column++) {
        decodeMacroblock(column, row, tokens, residual, filter);
      }
    }
    // Prediction looks at samples before they are smoothed, so smoothing waits for the whole frame.
    filter.run();
  }

  private void decodeMacroblock(
      int column, int row, BoolDecoder tokens, Residual residual, LoopFilter filter)
      throws IOException {
    BoolDecoder in = header.modes;
    int segment = header.mapsSegments ? in.tree(SEGMENT_TREE, header.segmentProbabilities, 0) : 0;
    boolean empty = header.skipProbability >= 0 && in.read(header.skipProbability);
    int lumaMode = in.tree(LUMA_MODE_TREE, LUMA_MODE_PROBABILITIES, 0);
    int[] subblockModes = readSubblockModes(lumaMode, column);
    int chromaMode = in.tree(CHROMA_MODE_TREE, CHROMA_MODE_PROBABILITIES, 0);

    boolean bySubblock = lumaMode == Prediction.BY_SUBBLOCK;
    if (empty) {
      residual.skip(column, !bySubblock);
    } else {
      empty = !residual.read(tokens, column, !bySubblock, header.quantizers[segment]);
    }
    filter.note(column, row, header.filterLevel(segment, bySubblock), bySubblock || !empty);

    var prediction = new Prediction(luma);
    if (!bySubblock) {
      prediction.predict(lumaMode, 16 * column, 16 * row, 16);
    }
    for (int block = 0; block < 16; block++) {
      int left = 16 * column + 4 * (block & 3);
      int top = 16 * row + 4 * (block >> 2);
      if (bySubblock) {
        int rightTop = (block & 3) == 3 ? 16 * row - 1 : top - 1;
        prediction.predictSubblock(subblockModes[block], left, top, rightTop);
      }
      if (!empty) {
        residual.add(block, luma, left, top);
      }
    }
    decodeChroma(u, 16, chromaMode, column, row, empty, residual);
    decodeChroma(v, 20, chromaMode, column, row, empty, residual);
  }

  private static void decodeChroma(
      Plane plane, int first, int mode, int column, int row, boolean empty, Residual residual) {
    new Prediction(plane).predict(mode, 8 * column, 8 * row, 8);
    for (int block = 0; block < 4 && !empty; block++) {
      residual.add(first + block, plane, 8 * column + 4 * (block & 1), 8 * row + 4 * (block >> 1));
    }
  }

  private int[] readSubblockModes(int lumaMode, int column) throws IOException {
    int[] modes = new int[16];
    for (int block = 0; block < 16; block++) {
      int x = 4 * column + (block & 3);
      int y = block >> 2;
      modes[block] =
          lumaMode == Prediction.BY_SUBBLOCK
              ? header.modes.tree(
                  SUBBLOCK_MODE_TREE,
                  Tables.SUBBLOCK_MODE_PROBABILITIES,
                  (modesAbove[x] * 10 + modesLeft[y]) * 9)
              : Prediction.asSubblockMode(lumaMode);
      modesAbove[x] = modes[block];
      modesLeft[y] = modes[block];
    }
    return modes;
  }
}
