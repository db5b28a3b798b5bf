package io.chiaroscuro.cli.report;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** What a section shows between its words. Files are named relative to the report. */
public sealed interface Block {

  /** What stands above it. */
  String caption();

  /**
   * Numbers in rows and columns.
   *
   * @param name for programs
   * @param caption what stands above it
   * @param columns headings, the first of the row's labels
   */
  record Table(String name, String caption, List<String> columns, List<TableRow> rows)
      implements Block {
    public Table {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
      int cells = columns.size() - 1;
      if (Set.copyOf(columns).size() != columns.size()) {
        throw new IllegalArgumentException("Two columns of %s have one name.".formatted(name));
      }
      if (rows.stream().anyMatch(row -> row.values().size() != cells)) {
        throw new IllegalArgumentException("Each row of %s has %d values.".formatted(name, cells));
      }
    }
  }

  /**
   * @param values empty where there is nothing to tell
   */
  record TableRow(String label, List<OptionalDouble> values) {
    public TableRow {
      values = List.copyOf(values);
    }

    public static TableRow of(String label, double... values) {
      return new TableRow(label, Arrays.stream(values).mapToObj(OptionalDouble::of).toList());
    }
  }

  /**
   * Pictures in rows and columns.
   *
   * @param columns headings; none where the captions say all
   */
  record Grid(String caption, List<String> columns, List<GridRow> rows) implements Block {
    public Grid {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
    }
  }

  /** Pictures beside each other, a word in front. */
  record GridRow(String label, List<Cell> cells) {
    public GridRow {
      cells = List.copyOf(cells);
    }
  }

  /**
   * A picture.
   *
   * @param brightness mean over all pixels and channels, 0 to 1
   */
  record Cell(String file, String alternative, double brightness) {}

  /** One large picture. */
  record Sheet(String caption, String file, int width, int height) implements Block {}

  /** How the brightness of sets of pictures is distributed, one below the other. */
  record Distributions(String name, String caption, List<Series> series) implements Block {
    public Distributions {
      series = List.copyOf(series);
    }
  }

  /**
   * A set of pictures.
   *
   * @param brightness of each
   */
  record Series(String label, List<Double> brightness) {
    public Series {
      brightness = List.copyOf(brightness);
    }
  }
}
