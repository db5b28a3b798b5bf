package io.chiaroscuro.image;

import java.util.List;

/** stub */
public record ContactSheet(List<String> columns, List<Row> rows) {
  public record Row(String label, List<Cell> cells) {}

  public record Cell(RgbImage image, String caption) {}

  public RgbImage draw() {
    throw new UnsupportedOperationException();
  }
}
