package io.chiaroscuro.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Cells in columns, the first from the left, the others from the right; headings first. */
final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  Table(List<String> headings) {
    rows.add(List.copyOf(headings));
  }

  /**
   * @param cells as many as there are headings
   */
  void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /** Four digits that count, whatever its size. */
  static String number(double value) {
    double size = Math.abs(value);
    return String.format(
        Locale.ROOT, size == 0 || size >= 1e-3 && size < 1e4 ? "%.4g" : "%.3e", value);
  }

  String prose() {
    int columns = rows.get(0).size();
    int[] widths =
        IntStream.range(0, columns)
            .map(c -> rows.stream().mapToInt(row -> row.get(c).length()).max().orElseThrow())
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, columns)
                    .mapToObj(
                        c -> {
                          String gap = " ".repeat(widths[c] - row.get(c).length());
                          return c == 0 ? row.get(c) + gap : gap + row.get(c);
                        })
                    .collect(Collectors.joining("  ")))
        .collect(Collectors.joining("\n"));
  }
}
