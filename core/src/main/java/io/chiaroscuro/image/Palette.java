package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.List;

/**
 * The colours of a picture's corners; between them they change evenly.
 *
 * @param topLeft at the outermost pixel of that corner, as the others are
 */
public record Palette(
    RgbColor topLeft, RgbColor topRight, RgbColor bottomLeft, RgbColor bottomRight) {

  /**
   * Parses four colours, separated by commas: top left, top right, bottom left, bottom right.
   *
   * @throws InvalidInputException if there are not four, or one is no colour
   */
  public static Palette parse(String text) {
    List<RgbColor> colors = Arrays.stream(text.split(",", -1)).map(RgbColor::parse).toList();
    if (colors.size() != 4) {
      throw new InvalidInputException(
          "A palette has the colours of four corners (top left, top right, bottom left, bottom right), not %d: '%s'."
              .formatted(colors.size(), text));
    }
    return new Palette(colors.get(0), colors.get(1), colors.get(2), colors.get(3));
  }

  /** A picture of this size, bilinear between the corners. */
  public RgbImage draw(int width, int height) {
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    for (int y = 0, i = 0; y < height; y++) {
      double down = share(y, height);
      for (int x = 0; x < width; x++, i += 3) {
        double right = share(x, width);
        rgb[i] =
            between(
                right, down, topLeft.red(), topRight.red(), bottomLeft.red(), bottomRight.red());
        rgb[i + 1] =
            between(
                right,
                down,
                topLeft.green(),
                topRight.green(),
                bottomLeft.green(),
                bottomRight.green());
        rgb[i + 2] =
            between(
                right,
                down,
                topLeft.blue(),
                topRight.blue(),
                bottomLeft.blue(),
                bottomRight.blue());
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** How far along the side a pixel lies, 0 to 1. */
  private static double share(int place, int length) {
    return length == 1 ? 0.5 : (double) place / (length - 1);
  }

  private static byte between(
      double right, double down, int topLeft, int topRight, int bottomLeft, int bottomRight) {
    double top = topLeft + right * (topRight - topLeft);
    double bottom = bottomLeft + right * (bottomRight - bottomLeft);
    return (byte) Math.round(top + down * (bottom - top));
  }

  /** The four colours as {@link #parse} takes them. */
  @Override
  public String toString() {
    return "%s,%s,%s,%s".formatted(topLeft, topRight, bottomLeft, bottomRight);
  }
}
