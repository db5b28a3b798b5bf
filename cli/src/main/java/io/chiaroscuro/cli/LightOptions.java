package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.Palette;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.image.SideLight;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakPreset;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LightToLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/**
 * Light as people think of it: as a picture, a direction, colours. Whatever is said becomes a
 * picture, the autoencoder's latents of that, and of those the lowest frequencies: components of
 * the leak, as they could be set by hand.
 */
final class LightOptions {

  @Option(
      names = "--leak-image",
      paramLabel = "FILE",
      description = {
        "Give the leak the light and the colours of this picture: its low frequencies; the rest is",
        "drawn from --leak, or nothing."
      })
  private Path image;

  @Option(
      names = "--leak-image-components",
      paramLabel = "N",
      description =
          "How many low frequencies of --leak-image (default: 15, all waves longer than half of it).")
  private Integer imageComponents;

  @Option(
      names = "--light",
      paramLabel = "ANGLE[:S]",
      description = {
        "Let light fall from one side: 0 is from the right, 90 from above, 180 from the left, 270",
        "from below; S is its strength, 0 to 1 (default: 0.5)."
      })
  private String light;

  @Option(
      names = "--palette",
      paramLabel = "#A,#B,#C,#D",
      description =
          "Give the leak's corners these colours: top left, top right, bottom left, bottom right.")
  private String palette;

  @Option(
      names = "--mean-color",
      paramLabel = "#RRGGBB",
      description = "Give the leak this mean colour.")
  private String meanColor;

  @Option(
      names = "--leak-preset",
      paramLabel = "NAME",
      description = {
        "white-background or red-background: the constants of the signal leak's authors, for Stable",
        "Diffusion 1.x and 2.x."
      })
  private String preset;

  /**
   * Refuses what cannot be meant, before any work is done.
   *
   * @throws InvalidInputException if two options contradict each other or one is malformed
   */
  void check() {
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
    if (image != null && !Files.isRegularFile(image)) {
      throw new InvalidInputException(
          "--leak-image: there is no file '%s'; name a picture that exists.".formatted(image));
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

  /** Of options that say the same thing, two contradict each other. */
  private static void requireOne(Map<String, Object> options, String thing) {
    String said = null;
    for (var option : options.entrySet()) {
      if (option.getValue() != null && said != null) {
        throw new InvalidInputException(
            "%s and %s both say %s; give one of them.".formatted(said, option.getKey(), thing));
      }
      said = option.getValue() != null ? option.getKey() : said;
    }
  }

  /**
   * Adds what was asked for to {@code controls}.
   *
   * @param width of the pictures to be made, in pixels
   * @param height likewise
   */
  LeakControls apply(LeakControls controls, StableDiffusion model, int width, int height) {
    var toLeak = new LightToLeak(model, width, height);
    LeakControls applied = controls;
    if (image != null) {
      int components = imageComponents == null ? LightToLeak.PICTURE_COMPONENTS : imageComponents;
      applied = toLeak.picture(applied, framed(width, height), components);
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

  /** What was asked for, for a picture's provenance; the components are the leak's to tell. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (image != null) {
      facts.put("leak_image", image.toString());
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

  /** The picture as statistics take one: scaled until it covers, cropped to the middle. */
  private RgbImage framed(int width, int height) {
    return new ImagePreparation(
            width, height, Cropping.CENTER, Mirroring.NONE, Orientation.UPRIGHT, 0)
        .prepare(image, 0);
  }

  /** Names the option before what is wrong with its value. */
  private static void requireParses(String option, String value, Consumer<String> parse) {
    try {
      parse.accept(value);
    } catch (InvalidInputException e) {
      throw new InvalidInputException("%s: %s".formatted(option, e.getMessage()), e);
    }
  }
}
