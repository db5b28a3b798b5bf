package io.chiaroscuro.training.data;

import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small pictures of noise, each different. */
final class TestPictures {

  private TestPictures() {}

  static Path write(Path folder, String name, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(name.hashCode()).nextBytes(rgb);
    Path file = folder.resolve(name);
    PngFile.write(file, new RgbImage(width, height, rgb), Map.of());
    return file;
  }

  static List<CaptionedImage> write(Path folder, int count, ImageSize size) {
    List<CaptionedImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path file = write(folder, "%s-%05d.png".formatted(size, i), size.width(), size.height());
      images.add(new CaptionedImage(file, "picture " + i));
    }
    return images;
  }
}
