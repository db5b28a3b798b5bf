package io.chiaroscuro.image;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Curves between 0 and 1 over whole numbers, their height logarithmic, so that what is small can be
 * told from what is nothing.
 *
 * @param title above the chart: what the curves show
 * @param axis below it: what the numbers are
 * @param bottom the least height shown, a power of ten: curves that fall below leave the chart
 * @param curves at least one, all of one length, at least 2
 * @param markers places along the axis
 */
public record LogChart(
    String title, String axis, double bottom, List<Curve> curves, List<Marker> markers) {

  private static final int PLOT_WIDTH = 960;
  private static final int PLOT_HEIGHT = 540;
  private static final int MARGIN = 32;
  private static final int SCALE = 2;
  private static final int LETTER = SCALE * BitmapFont.ADVANCE;
  private static final int LINE = SCALE * BitmapFont.HEIGHT;
  private static final int PITCH = 3 * LINE / 2;
  private static final int LEFT = MARGIN + 7 * LETTER;
  private static final int TOP = MARGIN + 2 * LINE;
  private static final int BOTTOM = TOP + PLOT_HEIGHT;
  private static final double BELOW = 1.1;
  private static final double THICKNESS = 3;
  private static final int TICKS = 5;
  private static final int GRID_COLOR = 0xd8dce2;
  private static final int FINE_GRID_COLOR = 0xf0f2f5;
  private static final int MARKER_COLOR = 0x8a93a3;
  private static final int[] CURVE_COLORS = {0xd04020, 0x2060b0, 0x309050, 0x8050a0};

  /**
   * @param name in the legend
   * @param values at 0, 1, 2, ...
   */
  public record Curve(String name, List<Double> values) {
    public Curve {
      values = List.copyOf(values);
    }
  }

  /**
   * @param name beside its line
   * @param place along the axis
   */
  public record Marker(String name, double place) {}

  public LogChart {
    curves = List.copyOf(curves);
    markers = List.copyOf(markers);
    if (curves.isEmpty() || curves.get(0).values.size() < 2 || !(bottom > 0 && bottom < 1)) {
      throw new IllegalArgumentException("A chart has a curve of 2 points and a bottom above 0.");
    }
  }

  /** The chart, on white. */
  public RgbImage draw() {
    var canvas = new Canvas(LEFT + PLOT_WIDTH + MARGIN, BOTTOM + 4 * LINE);
    canvas.write(title, LEFT, MARGIN, SCALE);
    drawGrid(canvas);
    for (int i = 0; i < markers.size(); i++) {
      drawMarker(canvas, markers.get(i), BOTTOM - (curves.size() + markers.size() - i) * PITCH);
    }
    for (int i = 0; i < curves.size(); i++) {
      canvas.line(LEFT, heights(curves.get(i)), THICKNESS, color(i));
    }
    canvas.fill(0, BOTTOM, LEFT + PLOT_WIDTH + MARGIN, 4 * LINE, Canvas.WHITE);
    drawDecades(canvas);
    drawAxis(canvas);
    drawLegend(canvas);
    return canvas.toImage();
  }

  private void drawGrid(Canvas canvas) {
    for (double decade = 1; decade > bottom * 0.99; decade /= 10) {
      for (int digit = 2; digit < 10 && decade < 1; digit++) {
        canvas.fill(LEFT, (int) y(digit * decade), PLOT_WIDTH, 1, FINE_GRID_COLOR);
      }
      canvas.fill(LEFT, (int) y(decade), PLOT_WIDTH, 1, GRID_COLOR);
    }
  }

  private void drawDecades(Canvas canvas) {
    for (double decade = 1; decade > bottom * 0.99; decade /= 10) {
      String label = BigDecimal.valueOf(decade).round(new MathContext(1)).toPlainString();
      int left = LEFT - (label.length() + 1) * LETTER;
      canvas.write(label, left, (int) y(decade) - LINE / 2, SCALE);
    }
  }

  private void drawAxis(Canvas canvas) {
    canvas.fill(LEFT, BOTTOM, PLOT_WIDTH, SCALE, Canvas.BLACK);
    double step = roundStep(last() / TICKS);
    for (double tick = 0; tick < last() - step / 2; tick += step) {
      drawTick(canvas, tick);
    }
    drawTick(canvas, last());
    canvas.write(axis, LEFT + (PLOT_WIDTH - axis.length() * LETTER) / 2, BOTTOM + 2 * LINE, SCALE);
  }

  private void drawTick(Canvas canvas, double tick) {
    String label = String.valueOf(Math.round(tick));
    canvas.fill(x(tick), BOTTOM, SCALE, LINE / 3, Canvas.BLACK);
    canvas.write(label, x(tick) - label.length() * LETTER / 2, BOTTOM + LINE / 2, SCALE);
  }

  /** The least of 1, 2, 5, 10, 20, 50, ... that is {@code step} or more. */
  private static double roundStep(double step) {
    double decade = Math.pow(10, Math.floor(Math.log10(step)));
    return DoubleStream.of(1, 2, 5, 10)
        .map(digit -> digit * decade)
        .filter(rounded -> rounded >= Math.max(step, 1))
        .findFirst()
        .orElse(1);
  }

  /**
   * Names stand left of all the markers where they have room there, each with a line to its own.
   */
  private void drawMarker(Canvas canvas, Marker marker, int top) {
    int place = x(marker.place);
    int first = x(markers.stream().mapToDouble(Marker::place).min().orElseThrow());
    int last = x(markers.stream().mapToDouble(Marker::place).max().orElseThrow());
    canvas.fill(place, TOP, 1, PLOT_HEIGHT, MARKER_COLOR);
    int length = (marker.name.length() + 2) * LETTER;
    boolean leftwards = first - length > LEFT;
    int from = leftwards ? first - 2 * LETTER : place;
    int to = leftwards ? place : last + 2 * LETTER;
    canvas.fill(from, top + LINE / 2 - 1, to - from, 1, MARKER_COLOR);
    canvas.write(
        marker.name, leftwards ? first - length - LETTER / 2 : to + LETTER / 2, top, SCALE);
  }

  private void drawLegend(Canvas canvas) {
    for (int i = 0; i < curves.size(); i++) {
      int top = BOTTOM - (curves.size() - i) * PITCH;
      canvas.fill(LEFT + LETTER, top + LINE / 2 - SCALE, 3 * LETTER, (int) THICKNESS, color(i));
      canvas.write(curves.get(i).name, LEFT + 5 * LETTER, top, SCALE);
    }
  }

  private static int color(int curve) {
    return CURVE_COLORS[curve % CURVE_COLORS.length];
  }

  /** Of the curve at the edges of the plot's columns. */
  private double[] heights(Curve curve) {
    double[] heights = new double[PLOT_WIDTH + 1];
    for (int i = 0; i < heights.length; i++) {
      double place = last() * i / PLOT_WIDTH;
      int before = (int) Math.min(place, last() - 1);
      double share = place - before;
      heights[i] =
          (1 - share) * y(curve.values.get(before)) + share * y(curve.values.get(before + 1));
    }
    return heights;
  }

  private double last() {
    return curves.get(0).values.size() - 1;
  }

  /** What lies below the plot is cut off there, wherever it would be. */
  private double y(double value) {
    double share = value > 0 ? Math.log(value) / Math.log(bottom) : BELOW;
    return TOP + PLOT_HEIGHT * Math.min(share, BELOW);
  }

  private int x(double place) {
    return LEFT + (int) Math.round(place / last() * PLOT_WIDTH);
  }
}
