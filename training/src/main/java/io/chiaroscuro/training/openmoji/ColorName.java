package io.chiaroscuro.training.openmoji;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a person calls a colour: the nearest of a small table, by distance in CIE L*a*b*. */
final class ColorName {

  private static final Map<String, double[]> TABLE = new LinkedHashMap<>();

  static {
    put("black", 0x000000);
    put("very dark grey", 0x2a2a2a);
    put("dark grey", 0x505050);
    put("grey", 0x808080);
    put("light grey", 0xb8b8b8);
    put("very light grey", 0xdedede);
    put("white", 0xffffff);
    put("red", 0xe81818);
    put("dark red", 0x780808);
    put("orange", 0xff8c10);
    put("brown", 0x7a4a1c);
    put("dark brown", 0x40240c);
    put("yellow", 0xffe81c);
    put("light yellow", 0xfff4a8);
    put("olive", 0x808018);
    put("green", 0x20b020);
    put("bright green", 0x40f040);
    put("dark green", 0x0c500c);
    put("light green", 0xb0f0a8);
    put("turquoise", 0x30d8d0);
    put("light turquoise", 0xb8f4f0);
    put("dark turquoise", 0x0c6464);
    put("blue", 0x2038e8);
    put("sky blue", 0x50a8f4);
    put("dark blue", 0x0c1464);
    put("light blue", 0xb4d8fa);
    put("purple", 0x8c20d8);
    put("dark purple", 0x401068);
    put("light purple", 0xd4b8f8);
    put("magenta", 0xf020d0);
    put("pink", 0xff80b8);
    put("light pink", 0xfcc8dc);
    put("beige", 0xf0d8b8);
  }

  private ColorName() {}

  private static void put(String name, int color) {
    TABLE.put(name, lab(color));
  }

  /** The name of 0xRRGGBB. */
  static String of(int color) {
    double[] lab = lab(color);
    return TABLE.entrySet().stream()
        .min(Comparator.comparingDouble(entry -> distance(entry.getValue(), lab)))
        .orElseThrow()
        .getKey();
  }

  private static double distance(double[] a, double[] b) {
    return Math.hypot(a[0] - b[0], Math.hypot(a[1] - b[1], a[2] - b[2]));
  }

  /** CIE L*a*b* of an sRGB colour (IEC 61966-2-1; white point D65). */
  private static double[] lab(int color) {
    double red = linear(color >> 16 & 0xff);
    double green = linear(color >> 8 & 0xff);
    double blue = linear(color & 0xff);
    double x = bent((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
    double y = bent(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    double z = bent((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
    return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }

  private static double linear(int value) {
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  }

  private static double bent(double t) {
    return t > 216.0 / 24389 ? Math.cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
}
