package io.chiaroscuro.spark;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** Small pictures that differ, drawn by a seed, some of them broken. */
public final class PictureFiles {

  private PictureFiles() {}

  /** The bytes of a PNG file: blocks of random colours, larger than latents are computed at. */
  public static byte[] png(int seed) {
    Random random = new Random(seed);
    int width = 140 + random.nextInt(40);
    int height = 130 + random.nextInt(40);
    int block = 5 + random.nextInt(30);
    byte[] colours = new byte[3 * 64 * 64];
    random.nextBytes(colours);
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < 3; channel++) {
          int colour = colours[3 * (64 * (y / block) + x / block) + channel] & 255;
          rgb[3 * (y * width + x) + channel] = (byte) (seed * 5 % 100 + colour / 2);
        }
      }
    }
    return PngFile.encode(new RgbImage(width, height, rgb), Map.of());
  }

  /** Writes {@code count} whole pictures, some into a folder below. */
  public static void write(Path folder, int count) throws IOException {
    Files.createDirectories(folder.resolve("more of them"));
    for (int i = 0; i < count; i++) {
      String name = "%s%02d.png".formatted(i % 3 == 0 ? "more of them/" : "", i);
      Files.write(folder.resolve(name), png(i));
    }
  }

  /** Writes three that are broken: empty, cut short, and no picture at all. */
  public static void writeBroken(Path folder) throws IOException {
    byte[] whole = png(0);
    Files.write(folder.resolve("00-empty.png"), new byte[0]);
    Files.write(folder.resolve("07-truncated.png"), Arrays.copyOf(whole, whole.length / 2));
    Files.writeString(folder.resolve("zz-text.jpg"), "I am not a picture.");
  }
}
