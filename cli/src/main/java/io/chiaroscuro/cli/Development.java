package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ContactSheet;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Decodes pictures and writes each with its settings in it. */
record Development(
    StableDiffusion model,
    UnaryOperator<RgbImage> finish,
    LeakSettings leakSettings,
    PictureFolder folder,
    Map<String, String> provenance) {

  /**
   * A picture that was written.
   *
   * @param index which of all it is
   * @param shows see {@link Exposure}
   * @param brightness mean over all pixels and channels, 0 to 1
   */
  record Picture(Path file, int index, long seed, String shows, double brightness, RgbImage image) {

    Map<String, Object> describe() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("file", file.toString());
      facts.put("seed", seed);
      facts.put("shows", shows);
      facts.put("brightness", brightness);
      return facts;
    }
  }

  /** Writes each batch as soon as it is there; the pictures in the order of their seeds. */
  List<Picture> develop(Stream<Exposure> exposures) {
    return exposures
        .flatMap(exposure -> develop(exposure).stream())
        .sorted(Comparator.comparingInt(Picture::index))
        .toList();
  }

  private List<Picture> develop(Exposure exposure) {
    try (exposure) {
      List<RgbImage> images = model.decode(exposure.latents());
      List<Picture> pictures = new ArrayList<>();
      for (int i = 0; i < images.size(); i++) {
        RgbImage image = exposure.isDenoised() ? finish.apply(images.get(i)) : images.get(i);
        pictures.add(write(exposure, exposure.first() + i, image));
      }
      return pictures;
    }
  }

  private Picture write(Exposure exposure, int index, RgbImage image) {
    long seed = folder.seed(index);
    Map<String, String> text = new LinkedHashMap<>(provenance);
    text.put("seed", String.valueOf(seed));
    text.put("shows", exposure.shows());
    if (!exposure.leak().isEmpty()) {
      text.putAll(exposure.leak());
      text.put("leak_sample_seed", String.valueOf(leakSettings.seed(seed, index)));
    }
    Path file = folder.free(folder.name(index) + exposure.suffix());
    PngFile.write(file, image, text);
    return new Picture(file, index, seed, exposure.shows(), Brightness.of(image).mean(), image);
  }

  /**
   * All comparisons on one sheet, a row a seed, the mean brightness under each picture.
   *
   * @param count how many seeds
   */
  Path contactSheet(String title, List<Picture> pictures, int count) {
    List<ContactSheet.Row> rows = new ArrayList<>();
    int columns = pictures.size() / count;
    for (int row = 0; row < count; row++) {
      List<Picture> cells = pictures.subList(row * columns, (row + 1) * columns);
      rows.add(
          new ContactSheet.Row(
              "seed " + cells.get(0).seed(),
              cells.stream()
                  .map(p -> new ContactSheet.Cell(p.image(), "mean %.3f".formatted(p.brightness())))
                  .toList()));
    }
    ContactSheet sheet =
        new ContactSheet(
            title, List.of("Initial latents", "Without leak", "Signal leak", "With leak"), rows);
    Path file = folder.free("contact-sheet");
    PngFile.write(file, sheet.draw(), provenance);
    return file;
  }
}
