package io.chiaroscuro.server.render;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.job.ImageRequest;
import java.util.Map;

/**
 * A picture that was made.
 *
 * @param shows {@code with} or {@code without} the leak, the {@code leak} itself, or the {@code
 *     initial} latents
 * @param request what alone makes this picture again
 * @param text its provenance, for the PNG
 */
public record RenderedPicture(
    RgbImage image, String shows, ImageRequest request, Map<String, String> text) {

  /** Mean over all pixels and channels, 0 to 1. */
  public double brightness() {
    return Brightness.of(image).mean();
  }
}
