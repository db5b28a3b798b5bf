package io.chiaroscuro.cli.report;

import java.util.List;
import java.util.Locale;

/** The report's table for a terminal. */
public final class ReportText {

  private ReportText() {}

  /** The section's measures, a line each; aims that are missed say so. */
  public static String of(SectionReport section) {
    int width = section.measures().stream().mapToInt(m -> m.label().length()).max().orElse(0);
    List<String> lines = section.measures().stream().map(m -> line(m, width)).toList();
    StringBuilder text = new StringBuilder(section.title()).append('\n');
    lines.forEach(line -> text.append("  ").append(line).append('\n'));
    section.absent().forEach(sentence -> text.append("  ").append(sentence).append('\n'));
    return text.toString();
  }

  private static String line(Measure measure, int width) {
    String aim = measure.aim().map(a -> "   aim %s: %s".formatted(a, verdict(measure))).orElse("");
    return measure.label()
        + " ".repeat(width - measure.label().length())
        + "  %8s".formatted(number(measure.value()))
        + aim;
  }

  static String verdict(Measure measure) {
    return measure.met().orElseThrow() ? "reached" : "MISSED";
  }

  /** Three decimals, more where they would be zeros, none of a whole number. */
  public static String number(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e5) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return size > 0 && size < 5e-3 || size >= 1e5
        ? String.format(Locale.ROOT, "%.2e", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }
}
