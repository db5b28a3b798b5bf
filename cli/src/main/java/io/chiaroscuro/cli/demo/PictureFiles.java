package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.report.Block.Cell;
import io.chiaroscuro.cli.report.Block.GridRow;
import io.chiaroscuro.cli.report.Block.Sheet;
import io.chiaroscuro.cli.report.Mosaic;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The pictures of one section, in a folder of their own.
 *
 * @param report the folder that the report lies in
 * @param section the folder's name
 */
record PictureFiles(Path report, String section) {

  private static final int MOSAIC_COLUMNS = 8;

  /** Writes pictures as {@code name-0.png}, {@code name-1.png}, ... and shows them in a row. */
  GridRow row(String label, String name, List<Picture> pictures) {
    List<Cell> cells = new ArrayList<>();
    for (Picture picture : pictures) {
      String file = "%s/%s-%d.png".formatted(section, name, cells.size());
      PngFile.write(report.resolve(file), picture.image(), picture.facts());
      cells.add(new Cell(file, picture.facts().get("prompt"), picture.brightness()));
    }
    return new GridRow(label, cells);
  }

  /** Writes many pictures as one. */
  Sheet mosaic(String caption, String name, List<Picture> pictures) {
    RgbImage mosaic = Mosaic.of(pictures.stream().map(Picture::image).toList(), MOSAIC_COLUMNS);
    return sheet(caption, name, mosaic);
  }

  Sheet sheet(String caption, String name, RgbImage image) {
    String file = "%s/%s.png".formatted(section, name);
    PngFile.write(report.resolve(file), image, Map.of("Description", caption));
    return new Sheet(caption, file, image.width(), image.height());
  }
}
