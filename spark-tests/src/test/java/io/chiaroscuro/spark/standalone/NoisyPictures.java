package io.chiaroscuro.spark.standalone;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Pictures no two of which are alike. */
final class NoisyPictures {

  private static final int WIDTH = 160;
  private static final int HEIGHT = 140;

  private NoisyPictures() {}

  /** Writes so many, by numbers. */
  static Path write(Path folder, int count) {
    Random random = new Random(3);
    for (int i = 0; i < count; i++) {
      byte[] rgb = new byte[3 * WIDTH * HEIGHT];
      random.nextBytes(rgb);
      for (int j = 0; j < rgb.length; j++) {
        rgb[j] = (byte) ((rgb[j] & 63) + 5 * i);
      }
      PngFile.write(
          folder.resolve("%03d.png".formatted(i)), new RgbImage(WIDTH, HEIGHT, rgb), Map.of());
    }
    return folder;
  }
}
