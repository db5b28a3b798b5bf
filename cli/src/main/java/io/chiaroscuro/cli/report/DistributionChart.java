package io.chiaroscuro.cli.report;

import io.chiaroscuro.cli.report.Block.Distributions;
import io.chiaroscuro.cli.report.Block.Series;
import java.util.Locale;

/** Histograms of brightness, one below the other on one axis, drawn in the page's own colours. */
final class DistributionChart {

  private static final int BINS = 20;
  private static final int BIN_WIDTH = 30;
  private static final int WIDTH = BINS * BIN_WIDTH;
  private static final int HEIGHT = 70;
  private static final int WORDS = 24;
  private static final int PITCH = HEIGHT + WORDS + 8;

  private DistributionChart() {}

  static Element draw(Distributions distributions) {
    int height = distributions.series().size() * PITCH + WORDS;
    Element svg =
        Element.of("svg")
            .with("viewBox", "-10 0 %d %d".formatted(WIDTH + 20, height))
            .with("role", "img")
            .with("aria-label", distributions.caption());
    int top = 0;
    for (Series series : distributions.series()) {
      draw(series, top, svg);
      top += PITCH;
    }
    svg.add(word("0", 0, top + 10, "start"))
        .add(word("0.5", WIDTH / 2, top + 10, "middle"))
        .add(word("1", WIDTH, top + 10, "end"));
    return svg;
  }

  private static void draw(Series series, int top, Element svg) {
    int[] counts = new int[BINS];
    int fullest = 0;
    for (double value : series.brightness()) {
      int bin = (int) Math.min(BINS - 1, value * BINS);
      fullest = Math.max(fullest, ++counts[bin]);
    }
    double mean = series.brightness().stream().mapToDouble(v -> v).average().orElse(0);
    int bottom = top + WORDS + HEIGHT;
    for (int bin = 0; bin < BINS; bin++) {
      double high = (double) HEIGHT * counts[bin] / Math.max(1, fullest);
      svg.add(
          Element.of("rect")
              .with("class", "bar")
              .with("x", bin * BIN_WIDTH + 1)
              .with("y", decimal(bottom - high))
              .with("width", BIN_WIDTH - 2)
              .with("height", decimal(high)));
    }
    svg.add(
            Element.of("line")
                .with("class", "axis")
                .with("x1", 0)
                .with("x2", WIDTH)
                .with("y1", bottom)
                .with("y2", bottom))
        .add(
            Element.of("line")
                .with("class", "mean")
                .with("x1", decimal(mean * WIDTH))
                .with("x2", decimal(mean * WIDTH))
                .with("y1", bottom - HEIGHT)
                .with("y2", bottom))
        .add(
            word(
                String.format(
                    Locale.ROOT,
                    "%s: %d pictures, mean %.3f, spread %.3f",
                    series.label(),
                    series.brightness().size(),
                    mean,
                    spread(series, mean)),
                0,
                top + WORDS - 8,
                "start"));
  }

  private static double spread(Series series, double mean) {
    return Math.sqrt(
        series.brightness().stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElse(0));
  }

  private static Element word(String text, int x, int y, String anchor) {
    return Element.of("text", text).with("x", x).with("y", y).with("text-anchor", anchor);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
