package io.chiaroscuro.image.vp8;

/** Guessing a block from its neighbours above and left: RFC 6386, section 12. */
final class Prediction {

  /** Modes of whole blocks. */
  static final int DC = 0;

  static final int VERTICAL = 1;
  static final int HORIZONTAL = 2;
  static final int TRUE_MOTION = 3;

  /** Each subblock has a mode of its own, which are numbered as in section 11.2. */
  static final int BY_SUBBLOCK = 4;

  private static final int B_DC = 0;
  private static final int B_TRUE_MOTION = 1;
  private static final int B_VERTICAL = 2;
  private static final int B_HORIZONTAL = 3;
  private static final int B_LEFT_DOWN = 4;
  private static final int B_RIGHT_DOWN = 5;
  private static final int B_VERTICAL_RIGHT = 6;
  private static final int B_VERTICAL_LEFT = 7;
  private static final int B_HORIZONTAL_DOWN = 8;
  private static final int B_HORIZONTAL_UP = 9;

  /** Where in the edge the corner is: the four left samples lie before it, from the bottom up. */
  private static final int CORNER = 4;

  private final Plane plane;
  private final int[] edge = new int[13];

  Prediction(Plane plane) {
    this.plane = plane;
  }

  /** The subblock mode that a whole block's mode counts as for its neighbours' contexts. */
  static int asSubblockMode(int mode) {
    return switch (mode) {
      case VERTICAL -> B_VERTICAL;
      case HORIZONTAL -> B_HORIZONTAL;
      case TRUE_MOTION -> B_TRUE_MOTION;
      default -> B_DC;
    };
  }

  /** Fills the square of {@code size} samples at ({@code left}, {@code top}). */
  void predict(int mode, int left, int top, int size) {
    int corner = plane.at(left - 1, top - 1);
    int mean = mode == DC ? mean(left, top, size) : 0;
    for (int y = top; y < top + size; y++) {
      int beside = plane.at(left - 1, y);
      for (int x = left; x < left + size; x++) {
        int above = plane.at(x, top - 1);
        plane.set(
            x,
            y,
            switch (mode) {
              case VERTICAL -> above;
              case HORIZONTAL -> beside;
              case TRUE_MOTION -> FrameHeader.clamp(beside + above - corner, 255);
              default -> mean;
            });
      }
    }
  }

  /** Of the neighbours inside the frame. */
  private int mean(int left, int top, int size) {
    int sum = 0;
    int count = 0;
    for (int i = 0; i < size && top > 0; i++, count++) {
      sum += plane.at(left + i, top - 1);
    }
    for (int i = 0; i < size && left > 0; i++, count++) {
      sum += plane.at(left - 1, top + i);
    }
    return count == 0 ? 128 : (sum + count / 2) / count;
  }

  /**
   * Fills the 4x4 subblock at ({@code left}, {@code top}).
   *
   * @param rightTop the row that the four samples above and to the right are taken from; for the
   *     rightmost subblocks of a macroblock that is always the row above the macroblock
   */
  void predictSubblock(int mode, int left, int top, int rightTop) {
    readEdge(left, top, rightTop);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        plane.set(left + x, top + y, subblockSample(mode, x, y));
      }
    }
  }

  private void readEdge(int left, int top, int rightTop) {
    for (int i = 0; i < 4; i++) {
      edge[i] = plane.at(left - 1, top + 3 - i);
      edge[CORNER + 1 + i] = plane.at(left + i, top - 1);
      edge[CORNER + 5 + i] = plane.at(Math.min(left + 4 + i, plane.stride() - 1), rightTop);
    }
    edge[CORNER] = plane.at(left - 1, top - 1);
  }

  private int subblockSample(int mode, int x, int y) {
    return switch (mode) {
      case B_DC -> subblockMean();
      case B_TRUE_MOTION ->
          FrameHeader.clamp(edge[3 - y] + edge[CORNER + 1 + x] - edge[CORNER], 255);
      case B_VERTICAL -> three(CORNER + 1 + x);
      case B_HORIZONTAL -> y == 3 ? (edge[1] + 3 * edge[0] + 2) >> 2 : three(3 - y);
      case B_LEFT_DOWN ->
          x + y == 6 ? (edge[11] + 3 * edge[12] + 2) >> 2 : three(CORNER + 2 + x + y);
      case B_RIGHT_DOWN -> three(CORNER + x - y);
      case B_VERTICAL_RIGHT -> verticalRight(2 * x - y);
      case B_VERTICAL_LEFT -> verticalLeft(x, y);
      case B_HORIZONTAL_DOWN -> horizontalDown(2 * y - x);
      case B_HORIZONTAL_UP -> horizontalUp(x + 2 * y);
      default -> throw new IllegalArgumentException("No subblock mode " + mode + ".");
    };
  }

  private int subblockMean() {
    int sum = 4;
    for (int i = 0; i < 4; i++) {
      sum += edge[i] + edge[CORNER + 1 + i];
    }
    return sum >> 3;
  }

  /** Down and to the right, two rows a column. */
  private int verticalRight(int step) {
    if (step < -1) {
      return three(CORNER + 1 + step);
    }
    int i = CORNER + (step + 1 >> 1);
    return (step & 1) == 0 ? two(i) : three(i);
  }

  /** Down and to the right, two columns a row. */
  private int horizontalDown(int step) {
    if (step < -1) {
      return three(CORNER - 1 - step);
    }
    int i = CORNER - 1 - (step >> 1);
    return (step & 1) == 0 ? two(i) : three(i);
  }

  private int verticalLeft(int x, int y) {
    // The last column's lower half would need samples further right, and takes the next nearest.
    if (x == 3 && y >= 2) {
      return three(CORNER + 4 + y);
    }
    int first = CORNER + 1 + x + (y >> 1);
    return (y & 1) == 0 ? two(first) : three(first + 1);
  }

  private int horizontalUp(int step) {
    if (step > 5) {
      return edge[0];
    }
    if (step == 5) {
      return (edge[1] + 3 * edge[0] + 2) >> 2;
    }
    int lower = 2 - (step >> 1);
    return (step & 1) == 0 ? two(lower) : three(lower);
  }

  /** The mean of the edge's samples {@code i} and {@code i + 1}. */
  private int two(int i) {
    return (edge[i] + edge[i + 1] + 1) >> 1;
  }

  /** The mean around sample {@code i}, which counts twice. */
  private int three(int i) {
    return (edge[i - 1] + 2 * edge[i] + edge[i + 1] + 2) >> 2;
  }
}
