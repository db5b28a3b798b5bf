package io.chiaroscuro.order;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.Palette;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.image.SideLight;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakPreset;
import io.chiaroscuro.pipeline.LightToLeak;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Light as people think of it: as a picture, a direction, colours. Whatever is said becomes a
 * picture, the autoencoder's latents of that, and of those the lowest frequencies: components of
 * the leak, as they could be set by hand. What is null is not said.
 *
 * @param image a picture's file, which gives its light and colours
 * @param imageComponents how many of its low frequencies
 * @param light where light falls from, {@code ANGLE[:S]}, see {@link SideLight}
 * @param palette the colours of the four corners, see {@link Palette}
 * @param meanColor {@code #rrggbb}
 * @param preset the authors' constants by name, see {@link LeakPreset}
 */
public record LightSettings(
    String image,
    Integer imageComponents,
    String light,
    String palette,
    String meanColor,
    String preset)
    implements Serializable {

  /** Nothing is said. */
  public static final LightSettings NONE = new LightSettings(null, null, null, null, null, null);

  /**
   * Refuses what cannot be meant, before any work is done.
   *
   * @throws InvalidInputException if two settings contradict each other or one is malformed
   */
  public void check() {
    Map<String, Object> place = new LinkedHashMap<>();
    place.put("--leak-image", image);
    place.put("--palette", palette);
    place.put("--light", light);
    requireOne(place, "where the leak is light");
    Map<String, Object> color = new LinkedHashMap<>();
    color.put("--leak-image", image);
    color.put("--palette", palette);
    color.put("--mean-color", meanColor);
    color.put("--leak-preset", preset);
    requireOne(color, "what the leak's mean colour is");
    if (imageComponents != null && (image == null || imageComponents < 1)) {
      throw new InvalidInputException(
          "--leak-image-components %d needs a positive number and --leak-image FILE."
              .formatted(imageComponents));
    }
    if (light != null) {
      requireParses("--light", light, SideLight::parse);
    }
    if (palette != null) {
      requireParses("--palette", palette, Palette::parse);
    }
    if (meanColor != null) {
      requireParses("--mean-color", meanColor, RgbColor::parse);
    }
    if (preset != null) {
      requireParses("--leak-preset", preset, LeakPreset::parse);
    }
  }

  /** Of settings that say the same thing, two contradict each other. */
  private static void requireOne(Map<String, Object> settings, String thing) {
    String said = null;
    for (var setting : settings.entrySet()) {
      if (setting.getValue() != null && said != null) {
        throw new InvalidInputException(
            "%s and %s both say %s; give one of them.".formatted(said, setting.getKey(), thing));
      }
      said = setting.getValue() != null ? setting.getKey() : said;
    }
  }

  /**
   * Adds what was asked for to {@code controls}.
   *
   * @param pictures reads a picture by its name
   */
  LeakControls apply(
      LeakControls controls, LightToLeak toLeak, Function<String, RgbImage> pictures) {
    LeakControls applied = controls;
    if (image != null) {
      int components = imageComponents == null ? LightToLeak.PICTURE_COMPONENTS : imageComponents;
      RgbImage framed = framed(pictures.apply(image), toLeak.width(), toLeak.height());
      applied = toLeak.picture(applied, framed, components);
    }
    if (palette != null) {
      applied = toLeak.palette(applied, Palette.parse(palette));
    }
    if (light != null) {
      RgbColor wall = meanColor == null ? RgbColor.MIDDLE_GREY : RgbColor.parse(meanColor);
      applied = toLeak.sideLight(applied, SideLight.parse(light), wall);
    }
    if (meanColor != null) {
      applied = toLeak.meanColor(applied, RgbColor.parse(meanColor));
    }
    if (preset != null) {
      applied = toLeak.preset(applied, LeakPreset.parse(preset));
    }
    return applied;
  }

  /** As statistics take a picture: scaled until it covers, cropped to the middle. */
  private static RgbImage framed(RgbImage picture, int width, int height) {
    return Crop.center(Resize.cover(picture, width, height), width, height);
  }

  /** What was asked for, for a picture's provenance; the components are the leak's to tell. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (image != null) {
      facts.put("leak_image", image);
    }
    if (light != null) {
      facts.put("light", SideLight.parse(light).toString());
    }
    if (palette != null) {
      facts.put("palette", Palette.parse(palette).toString());
    }
    if (meanColor != null) {
      facts.put("mean_color", meanColor);
    }
    if (preset != null) {
      facts.put("leak_preset", preset);
    }
    return facts;
  }

  /** Names the setting before what is wrong with its value. */
  private static void requireParses(String setting, String value, Consumer<String> parse) {
    try {
      parse.accept(value);
    } catch (InvalidInputException e) {
      throw new InvalidInputException("%s: %s".formatted(setting, e.getMessage()), e);
    }
  }
}
