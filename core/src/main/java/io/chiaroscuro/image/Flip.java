package io.chiaroscuro.image;

import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;

/** Mirroring left and right. */
public final class Flip {

  private Flip() {}

  public static RgbImage horizontal(RgbImage image) {
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    int row = 3 * image.width();
    for (int start = 0; start < in.length; start += row) {
      for (int x = 0; x < row; x += 3) {
        System.arraycopy(in, start + x, out, start + row - 3 - x, 3);
      }
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  /** Mirrored or not, by the one draw of torchvision's {@code RandomHorizontalFlip}. */
  public static RgbImage random(RgbImage image, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      return generator.rand(1).item_float() < 0.5f ? horizontal(image) : image;
    }
  }
}
