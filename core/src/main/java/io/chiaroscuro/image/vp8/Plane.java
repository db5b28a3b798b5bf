package io.chiaroscuro.image.vp8;

/**
 * Luma or chroma of a frame, padded to whole macroblocks.
 *
 * @param samples row-major, {@code stride} a row
 */
public record Plane(int stride, int rows, byte[] samples) {

  /** What prediction finds above the frame, and left of it: RFC 6386, section 12.2. */
  private static final int ABOVE_FRAME = 127;

  private static final int LEFT_OF_FRAME = 129;

  Plane(int stride, int rows) {
    this(stride, rows, new byte[Math.multiplyExact(stride, rows)]);
  }

  /** A sample 0..255; it may be asked for one column or row before the frame. */
  public int at(int x, int y) {
    if (y < 0) {
      return ABOVE_FRAME;
    }
    return x < 0 ? LEFT_OF_FRAME : samples[y * stride + x] & 0xff;
  }

  void set(int x, int y, int value) {
    samples[y * stride + x] = (byte) value;
  }
}
