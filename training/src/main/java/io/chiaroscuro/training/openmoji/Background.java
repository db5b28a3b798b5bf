package io.chiaroscuro.training.openmoji;

import io.chiaroscuro.image.RgbImage;
import java.util.Locale;

/**
 * What lies behind a drawing: one colour, or a linear gradient. Colours are 0xRRGGBB.
 *
 * @param from the colour, or the gradient's first
 * @param to the gradient's last; equal to {@code from} for one colour
 * @param angle where the gradient runs to, in degrees: 0 to the right, 90 downwards
 */
public record Background(int from, int to, int angle) {

  public static final Background BLACK = plain(0x000000);
  public static final Background WHITE = plain(0xffffff);

  public static Background plain(int color) {
    return new Background(color, color, 0);
  }

  public boolean isPlain() {
    return from == to;
  }

  /** The colour of a pixel of a picture {@code size} wide and high. */
  int colorAt(int x, int y, int size) {
    if (isPlain()) {
      return from;
    }
    double cos = Math.cos(Math.toRadians(angle));
    double sin = Math.sin(Math.toRadians(angle));
    double half = (size - 1) / 2.0;
    // From corner to corner, so that both colours are seen whatever the angle.
    double reach = half * (Math.abs(cos) + Math.abs(sin));
    double part = 0.5 + ((x - half) * cos + (y - half) * sin) / (2 * Math.max(reach, 0.5));
    int color = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int first = from >> shift & 0xff;
      int last = to >> shift & 0xff;
      color |= (int) Math.rint(first + part * (last - first)) << shift;
    }
    return color;
  }

  /** The background alone. */
  public RgbImage image(int size) {
    byte[] rgb = new byte[3 * size * size];
    for (int i = 0; i < size * size; i++) {
      int color = colorAt(i % size, i / size, size);
      rgb[3 * i] = (byte) (color >> 16);
      rgb[3 * i + 1] = (byte) (color >> 8);
      rgb[3 * i + 2] = (byte) color;
    }
    return new RgbImage(size, size, rgb);
  }

  /** In words: {@code dark blue}, {@code gradient from black to red}. */
  public String words() {
    return isPlain()
        ? ColorName.of(from)
        : "gradient from %s to %s".formatted(ColorName.of(from), ColorName.of(to));
  }

  /** As {@code #rrggbb}, or {@code #rrggbb-#rrggbb@angle}. */
  @Override
  public String toString() {
    return isPlain()
        ? String.format(Locale.ROOT, "#%06x", from)
        : String.format(Locale.ROOT, "#%06x-#%06x@%d", from, to, angle);
  }
}
