package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Palette;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.image.SideLight;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.Frequency;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakPreset;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Light as people think of it, as a picture, a direction or a colour, put into a leak's controls:
 * whatever is said becomes a picture, the autoencoder's latents of that, and of those the lowest
 * frequencies.
 *
 * @param model whose autoencoder it is; stays the caller's
 * @param width of the pictures to be made, in pixels
 * @param height likewise
 */
public record LightToLeak(StableDiffusion model, int width, int height) {

  /** All waves that are longer than half of the picture: u^2 + v^2 < 16. */
  public static final int PICTURE_COMPONENTS = 15;

  /** The mean and the first wave each way, of which a gradient and a palette consist. */
  private static final int GRADIENT_COMPONENTS = 4;

  /**
   * The light and the colours of a picture.
   *
   * @param picture of the size to be made
   * @param components how many of its low frequencies; of small latents, which have fewer, all
   */
  public LeakControls picture(LeakControls controls, RgbImage picture, int components) {
    return controls.withLowFrequencies(lowFrequencies(picture, components));
  }

  /** The colours of the corners. */
  public LeakControls palette(LeakControls controls, Palette palette) {
    return picture(controls, palette.draw(width, height), GRADIENT_COMPONENTS);
  }

  /**
   * Where light falls, not how much there is: the mean stays what it is without.
   *
   * @param wall its colour where the light is even
   */
  public LeakControls sideLight(LeakControls controls, SideLight light, RgbColor wall) {
    Map<Component, Double> components =
        lowFrequencies(light.draw(wall, width, height), GRADIENT_COMPONENTS);
    components.keySet().removeIf(component -> component.frequency().equals(Frequency.DC));
    return controls.withLowFrequencies(components);
  }

  /** The mean colour. */
  public LeakControls meanColor(LeakControls controls, RgbColor color) {
    return controls.withMeanColor(
        model.meanColor(color.red(), color.green(), color.blue(), width, height));
  }

  /**
   * The authors' constants.
   *
   * @throws InvalidInputException if they mean nothing in this model's latent space
   */
  public LeakControls preset(LeakControls controls, LeakPreset preset) {
    double scalingFactor = model.vae().config().scalingFactor();
    if (scalingFactor != LeakPreset.SCALING_FACTOR) {
      throw new InvalidInputException(
          "The leak preset %s means nothing in this model's latent space (scaling_factor %s; that of Stable Diffusion 1.x and 2.x has %s); say it by a mean colour (--mean-color) instead."
              .formatted(preset, scalingFactor, LeakPreset.SCALING_FACTOR));
    }
    return preset.applyTo(controls);
  }

  private Map<Component, Double> lowFrequencies(RgbImage picture, int components) {
    LatentShape shape = model.latentShape(width, height);
    return new LinkedHashMap<>(
        new LatentEncoder(model.vae())
            .lowFrequencies(picture, (int) Math.min(components, shape.area())));
  }
}
