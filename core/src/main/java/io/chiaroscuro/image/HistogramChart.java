package io.chiaroscuro.image;

import java.util.Arrays;
import java.util.Locale;

/** A histogram to look at: dark values left, bright ones right, the fullest bar up to the top. */
public final class HistogramChart {

  private static final int COLUMNS = 64;
  private static final int LINES = 8;
  private static final String EIGHTHS = " ▁▂▃▄▅▆▇█";

  private static final int BAR_WIDTH = 2;
  private static final int PLOT_WIDTH = BAR_WIDTH * Histogram.BINS;
  private static final int PLOT_HEIGHT = 160;
  private static final int MARGIN = 16;
  private static final int BAR_COLOR = 0x50607a;
  private static final int MEAN_COLOR = 0xd04020;

  private HistogramChart() {}

  /** Eight lines of 64 characters and an axis below. */
  public static String text(Histogram histogram) {
    long[] bars = histogram.inBars(COLUMNS);
    long highest = Arrays.stream(bars).max().orElseThrow();
    var text = new StringBuilder();
    for (int line = LINES - 1; line >= 0; line--) {
      for (long bar : bars) {
        // Whatever occurs at all is seen.
        long eighths = (8L * LINES * bar + highest - 1) / highest;
        text.append(EIGHTHS.charAt((int) Math.max(0, Math.min(8, eighths - 8L * line))));
      }
      text.append('\n');
    }
    String axis = "0" + " ".repeat(COLUMNS / 2 - 3) + "0.5" + " ".repeat(COLUMNS / 2 - 2) + "1";
    return text + axis + "\n";
  }

  /** A bar for each of the 256 values and a red line at the mean. */
  public static RgbImage image(Histogram histogram) {
    long[] bars = histogram.inBars(Histogram.BINS);
    long highest = Arrays.stream(bars).max().orElseThrow();
    int bottom = MARGIN + PLOT_HEIGHT;
    var canvas = new Canvas(PLOT_WIDTH + 2 * MARGIN, bottom + 2 * MARGIN);
    for (int value = 0; value < bars.length; value++) {
      int high = (int) ((PLOT_HEIGHT * bars[value] + highest - 1) / highest);
      canvas.fill(MARGIN + BAR_WIDTH * value, bottom - high, BAR_WIDTH, high, BAR_COLOR);
    }
    canvas.fill(MARGIN, bottom, PLOT_WIDTH, 1, Canvas.BLACK);
    int mean = MARGIN + (int) (histogram.mean() * (PLOT_WIDTH - BAR_WIDTH));
    canvas.fill(mean, MARGIN, BAR_WIDTH, PLOT_HEIGHT, MEAN_COLOR);
    int letters = bottom + MARGIN / 2;
    canvas.write("0", MARGIN, letters, 1);
    canvas.write("1", MARGIN + PLOT_WIDTH - BitmapFont.ADVANCE, letters, 1);
    String caption = String.format(Locale.ROOT, "mean %.3f", histogram.mean());
    int left = MARGIN + (PLOT_WIDTH - caption.length() * BitmapFont.ADVANCE) / 2;
    canvas.write(caption, left, letters, 1);
    return canvas.toImage();
  }
}
