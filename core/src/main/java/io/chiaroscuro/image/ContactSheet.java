package io.chiaroscuro.image;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images in rows and columns with words above, beside and below them, as one image.
 *
 * @param title above all, broken into lines where it is too long; may be empty
 * @param columns headings, one above each column; an empty list leaves them out
 * @param rows at least one, with at least one cell among them
 */
public record ContactSheet(String title, List<String> columns, List<Row> rows) {

  private static final int GAP = 8;

  /**
   * @param label beside the row; may be empty
   */
  public record Row(String label, List<Cell> cells) {
    public Row {
      cells = List.copyOf(cells);
    }
  }

  /**
   * @param caption below the image; may be empty
   */
  public record Cell(RgbImage image, String caption) {}

  public ContactSheet {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    if (rows.stream().allMatch(row -> row.cells.isEmpty())) {
      throw new IllegalArgumentException("A contact sheet needs an image.");
    }
  }

  /** The sheet, white, each image in its own size, the letters larger beside larger images. */
  public RgbImage draw() {
    return new Layout().draw();
  }

  private Stream<RgbImage> images() {
    return rows.stream().flatMap(row -> row.cells.stream()).map(Cell::image);
  }

  /** All measures in pixels. */
  private final class Layout {
    private final int cellWidth = images().mapToInt(RgbImage::width).max().orElseThrow();
    private final int cellHeight = images().mapToInt(RgbImage::height).max().orElseThrow();
    private final int scale = Math.max(1, Math.round(cellWidth / 256f));
    private final int letter = BitmapFont.ADVANCE * scale;
    private final int line = BitmapFont.HEIGHT * scale + GAP;
    private final int columnCount =
        Math.max(columns.size(), rows.stream().mapToInt(row -> row.cells.size()).max().orElse(0));
    private final int labelWidth =
        rows.stream().mapToInt(row -> row.label.length()).max().orElse(0) * letter;
    private final int left = GAP + (labelWidth == 0 ? 0 : labelWidth + GAP);
    private final int width = left + columnCount * (cellWidth + GAP);
    private final List<String> titleLines = broken(title, (width - 2 * GAP) / letter);
    private final int top = GAP + titleLines.size() * line + (columns.isEmpty() ? 0 : line);
    private final int rowHeight = cellHeight + GAP / 2 + line;
    private final Canvas canvas = new Canvas(width, top + rows.size() * rowHeight);

    RgbImage draw() {
      for (int i = 0; i < titleLines.size(); i++) {
        canvas.write(titleLines.get(i), GAP, GAP + i * line, scale);
      }
      for (int column = 0; column < columns.size(); column++) {
        writeInCell(columns.get(column), column, top - line);
      }
      for (int row = 0; row < rows.size(); row++) {
        draw(rows.get(row), top + row * rowHeight);
      }
      return canvas.toImage();
    }

    private void draw(Row row, int rowTop) {
      canvas.write(row.label, GAP, rowTop + (cellHeight - BitmapFont.HEIGHT * scale) / 2, scale);
      for (int column = 0; column < row.cells.size(); column++) {
        Cell cell = row.cells.get(column);
        canvas.draw(cell.image, cellLeft(column), rowTop);
        writeInCell(cell.caption, column, rowTop + cell.image.height() + GAP / 2);
      }
    }

    private void writeInCell(String text, int column, int y) {
      int room = Math.max(1, cellWidth / letter);
      String fitting =
          text.length() <= room ? text : text.substring(0, Math.max(room - 2, 1)) + "..";
      canvas.write(fitting, cellLeft(column), y, scale);
    }

    private int cellLeft(int column) {
      return left + column * (cellWidth + GAP);
    }
  }

  /** Lines of at most {@code room} letters, broken at spaces where there are any. */
  private static List<String> broken(String text, int room) {
    int length = Math.max(room, 1);
    List<String> lines = new ArrayList<>();
    String rest = text.strip();
    while (rest.length() > length) {
      int space = rest.lastIndexOf(' ', length);
      int end = space > 0 ? space : length;
      lines.add(rest.substring(0, end));
      rest = rest.substring(end).strip();
    }
    if (!rest.isEmpty()) {
      lines.add(rest);
    }
    return lines;
  }
}
