package io.chiaroscuro.training.openmoji;

import java.awt.Color;

/**
 * Kinds of background and how often each is drawn. Half of all are plain white or black, for a
 * picture is as bright as its background where the drawing leaves it free, and brightness is to
 * spread as wide as it goes.
 */
enum BackgroundChoice {
  WHITE(0.23),
  BLACK(0.23),
  GREY(0.18),
  SATURATED(0.08),
  DARK(0.09),
  PASTEL(0.09),
  GRADIENT(0.10);

  private final double share;

  BackgroundChoice(double share) {
    this.share = share;
  }

  static Background draw(Chance chance) {
    return pick(chance).background(chance);
  }

  private static BackgroundChoice pick(Chance chance) {
    double rest = chance.between(0, 1);
    for (BackgroundChoice choice : values()) {
      rest -= choice.share;
      if (rest < 0) {
        return choice;
      }
    }
    return GRADIENT;
  }

  private Background background(Chance chance) {
    if (this != GRADIENT) {
      return Background.plain(color(chance));
    }
    int from = end(chance);
    int to = end(chance);
    while (contrast(from, to) < 60) {
      to = end(chance);
    }
    return new Background(from, to, chance.below(360));
  }

  /** A gradient's end: any of the plain kinds. */
  private static int end(Chance chance) {
    BackgroundChoice choice = pick(chance);
    return (choice == GRADIENT ? SATURATED : choice).color(chance);
  }

  private int color(Chance chance) {
    return switch (this) {
      case WHITE -> 0xffffff;
      case BLACK -> 0x000000;
      case GREY -> 0x010101 * chance.below(256);
      case SATURATED, GRADIENT -> hsb(chance, 0.75, 1, 0.75, 1);
      case DARK -> hsb(chance, 0.5, 1, 0.1, 0.45);
      case PASTEL -> hsb(chance, 0.08, 0.35, 0.92, 1);
    };
  }

  private static int hsb(
      Chance chance,
      double leastSaturation,
      double mostSaturation,
      double darkest,
      double lightest) {
    double hue = chance.between(0, 1);
    double saturation = chance.between(leastSaturation, mostSaturation);
    double brightness = chance.between(darkest, lightest);
    return Color.HSBtoRGB((float) hue, (float) saturation, (float) brightness) & 0xffffff;
  }

  /** The largest difference between two colours' channels. */
  private static int contrast(int a, int b) {
    int largest = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      largest = Math.max(largest, Math.abs((a >> shift & 0xff) - (b >> shift & 0xff)));
    }
    return largest;
  }
}
