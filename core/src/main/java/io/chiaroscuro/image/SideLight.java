package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;

/**
 * Light that falls from one side: brightness changes evenly across the picture, along one
 * direction.
 *
 * @param angle where it comes from, in degrees: 0 from the right, then counter-clockwise, so that
 *     90 is from above, 180 from the left and 270 or -90 from below
 * @param strength 0 (even light) to 1: the brightest corner is lit by {@code 1 + strength} times
 *     the mean light, the darkest by {@code 1 - strength} times
 */
public record SideLight(double angle, double strength) {

  /** Clearly from one side, with details left in the shade. */
  public static final double DEFAULT_STRENGTH = 0.5;

  public SideLight {
    if (!Double.isFinite(angle)) {
      throw new InvalidInputException(
          "The light's angle is %s; give degrees, for example 90 for light from above."
              .formatted(angle));
    }
    if (!(strength >= 0 && strength <= 1)) {
      throw new InvalidInputException(
          "The light's strength is %s; give 0 (even light) to 1 (from black to twice as bright)."
              .formatted(strength));
    }
  }

  /**
   * Parses {@code ANGLE} or {@code ANGLE:STRENGTH}.
   *
   * @throws InvalidInputException if it is written otherwise, or out of range
   */
  public static SideLight parse(String text) {
    String[] parts = text.strip().split(":", -1);
    try {
      if (parts.length <= 2) {
        return new SideLight(
            Double.parseDouble(parts[0]),
            parts.length == 1 ? DEFAULT_STRENGTH : Double.parseDouble(parts[1]));
      }
    } catch (NumberFormatException e) {
      // As senseless as too many parts.
    }
    throw new InvalidInputException(
        "'%s' is no light; write ANGLE or ANGLE:STRENGTH, for example 180:0.5 for light from the left."
            .formatted(text));
  }

  /** A wall of this colour under this light; what is brighter than white is white. */
  public RgbImage draw(RgbColor wall, int width, int height) {
    // The middles of the outermost pixels are this far from the picture's, along the light.
    double right = Math.cos(Math.toRadians(angle));
    double up = Math.sin(Math.toRadians(angle));
    double reach = Math.abs(right) * (width - 1) / 2 + Math.abs(up) * (height - 1) / 2;
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i += 3) {
        double along = right * (x - (width - 1) / 2.0) - up * (y - (height - 1) / 2.0);
        double light = 1 + (reach == 0 ? 0 : strength * along / reach);
        rgb[i] = lit(wall.red(), light);
        rgb[i + 1] = lit(wall.green(), light);
        rgb[i + 2] = lit(wall.blue(), light);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static byte lit(int value, double light) {
    return (byte) Math.max(0, Math.min(255, Math.round(value * light)));
  }

  /** For example {@code 180.0:0.5}. */
  @Override
  public String toString() {
    return angle + ":" + strength;
  }
}
