package io.chiaroscuro.cli.demo;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.RgbImage;
import java.util.List;
import java.util.Map;

/**
 * A generated picture.
 *
 * @param image what its latents decode to
 * @param latents mean and mean square of each channel of its latents
 * @param facts how it was made, for the PNG
 */
record Picture(RgbImage image, List<Moments> latents, Map<String, String> facts) {

  /**
   * Of one latent channel.
   *
   * @param mean over the picture
   * @param square mean of the square
   */
  record Moments(double mean, double square) {}

  double brightness() {
    return Brightness.of(image).mean();
  }

  /** How bright a set of pictures is. */
  static Brightness brightness(List<Picture> pictures) {
    return Brightness.merge(pictures.stream().map(p -> Brightness.of(p.image)).toList());
  }
}
