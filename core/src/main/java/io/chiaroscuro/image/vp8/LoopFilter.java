package io.chiaroscuro.image.vp8;

/** Smoothing across the edges of blocks: RFC 6386, section 15. */
final class LoopFilter {

  private final FrameHeader header;
  private final int columns;
  private final int rows;
  private final Plane luma;
  private final Plane[] planes;
  private final int[] levels;
  private final boolean[] inside;

  LoopFilter(FrameHeader header, int columns, int rows, Plane luma, Plane u, Plane v) {
    this.header = header;
    this.columns = columns;
    this.rows = rows;
    this.luma = luma;
    this.planes = new Plane[] {luma, u, v};
    this.levels = new int[columns * rows];
    this.inside = new boolean[columns * rows];
  }

  /** How a macroblock is to be smoothed: how strongly, and whether also between its subblocks. */
  void note(int column, int row, int level, boolean betweenSubblocks) {
    levels[row * columns + column] = level;
    inside[row * columns + column] = betweenSubblocks;
  }

  void run() {
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int macroblock = row * columns + column;
        if (levels[macroblock] > 0) {
          filter(column, row, levels[macroblock], inside[macroblock]);
        }
      }
    }
  }

  private void filter(int column, int row, int level, boolean betweenSubblocks) {
    int interior = interiorLimit(level);
    int outerLimit = 2 * (level + 2) + interior;
    int innerLimit = 2 * level + interior;
    int threshold = level >= 40 ? 2 : level >= 15 ? 1 : 0;
    for (Plane plane : planes) {
      if (header.simpleFilter && plane != luma) {
        return;
      }
      int size = plane == luma ? 16 : 8;
      int start = (row * plane.stride() + column) * size;
      int down = plane.stride();
      Edge edge = new Edge(plane.samples(), interior, threshold);
      if (column > 0) {
        alongOuter(edge, start, 1, down, size, outerLimit);
      }
      for (int i = 4; i < size && betweenSubblocks; i += 4) {
        alongInner(edge, start + i, 1, down, size, innerLimit);
      }
      if (row > 0) {
        alongOuter(edge, start, down, 1, size, outerLimit);
      }
      for (int i = 4; i < size && betweenSubblocks; i += 4) {
        alongInner(edge, start + i * down, down, 1, size, innerLimit);
      }
    }
  }

  private int interiorLimit(int level) {
    int limit = level;
    if (header.sharpness > 0) {
      limit >>= header.sharpness > 4 ? 2 : 1;
      limit = Math.min(limit, 9 - header.sharpness);
    }
    return Math.max(limit, 1);
  }

  private void alongOuter(Edge edge, int start, int across, int along, int size, int limit) {
    for (int i = 0; i < size; i++) {
      int at = start + i * along;
      if (header.simpleFilter) {
        edge.simple(at, across, limit);
      } else {
        edge.betweenMacroblocks(at, across, limit);
      }
    }
  }

  private void alongInner(Edge edge, int start, int across, int along, int size, int limit) {
    for (int i = 0; i < size; i++) {
      int at = start + i * along;
      if (header.simpleFilter) {
        edge.simple(at, across, limit);
      } else {
        edge.betweenSubblocks(at, across, limit);
      }
    }
  }

  /**
   * One line of samples across an edge. The RFC's names: q0 is the sample at {@code at}, behind the
   * edge, p0 the one before it; q1, p1 and so on lie further away by {@code across} each.
   */
  private record Edge(byte[] samples, int interior, int threshold) {

    void simple(int at, int across, int limit) {
      if (isWithin(at, across, limit)) {
        adjust(at, across, true);
      }
    }

    void betweenMacroblocks(int at, int across, int limit) {
      if (!isSmooth(at, across, limit)) {
        return;
      }
      if (isRough(at, across)) {
        adjust(at, across, true);
        return;
      }
      int step =
          clamped(
              clamped(signed(at - 2 * across) - signed(at + across))
                  + 3 * (signed(at) - signed(at - across)));
      for (int i = 0, weight = 27; i < 3; i++, weight -= 9) {
        int share = clamped(weight * step + 63 >> 7);
        set(at + i * across, signed(at + i * across) - share);
        set(at - (i + 1) * across, signed(at - (i + 1) * across) + share);
      }
    }

    void betweenSubblocks(int at, int across, int limit) {
      if (!isSmooth(at, across, limit)) {
        return;
      }
      boolean rough = isRough(at, across);
      int share = adjust(at, across, rough) + 1 >> 1;
      if (!rough) {
        set(at + across, signed(at + across) - share);
        set(at - 2 * across, signed(at - 2 * across) + share);
      }
    }

    /** Moves the two samples at the edge towards each other; returns how far. */
    private int adjust(int at, int across, boolean withOuter) {
      int outer = withOuter ? clamped(signed(at - 2 * across) - signed(at + across)) : 0;
      int step = clamped(outer + 3 * (signed(at) - signed(at - across)));
      int behind = Math.min(step + 4, 127) >> 3;
      int before = Math.min(step + 3, 127) >> 3;
      set(at, signed(at) - behind);
      set(at - across, signed(at - across) + before);
      return behind;
    }

    private boolean isWithin(int at, int across, int limit) {
      return 2 * difference(at, at - across) + (difference(at + across, at - 2 * across) >> 1)
          <= limit;
    }

    /** No step within either side that would be a picture's own edge. */
    private boolean isSmooth(int at, int across, int limit) {
      return isWithin(at, across, limit)
          && difference(at - 4 * across, at - 3 * across) <= interior
          && difference(at - 3 * across, at - 2 * across) <= interior
          && difference(at - 2 * across, at - across) <= interior
          && difference(at + 3 * across, at + 2 * across) <= interior
          && difference(at + 2 * across, at + across) <= interior
          && difference(at + across, at) <= interior;
    }

    private boolean isRough(int at, int across) {
      return difference(at - 2 * across, at - across) > threshold
          || difference(at + across, at) > threshold;
    }

    private int difference(int a, int b) {
      return Math.abs((samples[a] & 0xff) - (samples[b] & 0xff));
    }

    private int signed(int at) {
      return (samples[at] & 0xff) - 128;
    }

    private void set(int at, int signed) {
      samples[at] = (byte) (clamped(signed) + 128);
    }

    private static int clamped(int value) {
      return Math.min(Math.max(value, -128), 127);
    }
  }
}
