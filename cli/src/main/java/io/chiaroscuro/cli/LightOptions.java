package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.Palette;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.image.SideLight;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.Frequency;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakPreset;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LatentEncoder;
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

  /** All waves that are longer than half of the picture: u^2 + v^2 < 16. */
  private static final int IMAGE_COMPONENTS = 15;

  /** The mean and the first wave each way, of which a gradient and a palette consist. */
  private static final int GRADIENT_COMPONENTS = 4;

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
    LeakControls applied = controls;
    if (image != null) {
      applied = applied.withLowFrequencies(ofImage(model, width, height));
    }
    if (palette != null) {
      applied =
          applied.withLowFrequencies(
              lowFrequencies(
                  model, Palette.parse(palette).draw(width, height), GRADIENT_COMPONENTS));
    }
    if (light != null) {
      for (var component : ofLight(model, width, height).entrySet()) {
        applied = applied.withComponent(component.getKey(), component.getValue());
      }
    }
    if (meanColor != null) {
      RgbColor color = RgbColor.parse(meanColor);
      applied =
          applied.withMeanColor(
              model.meanColor(color.red(), color.green(), color.blue(), width, height));
    }
    if (preset != null) {
      requirePresetFits(model);
      applied = LeakPreset.parse(preset).applyTo(applied);
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
  private Map<Component, Double> ofImage(StableDiffusion model, int width, int height) {
    RgbImage picture =
        new ImagePreparation(width, height, Cropping.CENTER, Mirroring.NONE, Orientation.UPRIGHT, 0)
            .prepare(image, 0);
    return lowFrequencies(
        model, picture, imageComponents == null ? IMAGE_COMPONENTS : imageComponents);
  }

  /**
   * Where light falls, not how much there is: the mean stays what it is without. So these are set
   * and not given: by the statistics' covariance, of pictures that are lit more evenly, the mean
   * would follow them to black or white.
   */
  private Map<Component, Double> ofLight(StableDiffusion model, int width, int height) {
    RgbColor wall = meanColor == null ? RgbColor.MIDDLE_GREY : RgbColor.parse(meanColor);
    RgbImage lit = SideLight.parse(light).draw(wall, width, height);
    Map<Component, Double> components =
        new LinkedHashMap<>(lowFrequencies(model, lit, GRADIENT_COMPONENTS));
    components.keySet().removeIf(component -> component.frequency().equals(Frequency.DC));
    return components;
  }

  /** Of small latents, which have fewer, all. */
  private static Map<Component, Double> lowFrequencies(
      StableDiffusion model, RgbImage picture, int components) {
    LatentShape shape = model.latentShape(picture.width(), picture.height());
    return new LatentEncoder(model.vae())
        .lowFrequencies(picture, (int) Math.min(components, shape.area()));
  }

  private void requirePresetFits(StableDiffusion model) {
    double scalingFactor = model.scalingFactor();
    if (scalingFactor != LeakPreset.SCALING_FACTOR) {
      throw new InvalidInputException(
          "--leak-preset %s means nothing in this model's latent space (scaling_factor %s; that of Stable Diffusion 1.x and 2.x has %s); say it by --mean-color instead."
              .formatted(preset, scalingFactor, LeakPreset.SCALING_FACTOR));
    }
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
