package io.chiaroscuro.server.render;

import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.Mask;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.GenerationTask;
import io.chiaroscuro.pipeline.ImageToImage;
import io.chiaroscuro.pipeline.Inpainting;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.Strength;
import io.chiaroscuro.pipeline.TextToImage;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.server.json.RefusedException;
import java.util.Map;
import java.util.Optional;

/**
 * What pictures of a request start from beside the prompt.
 *
 * @param task closed with this object
 * @param facts settings of it, for a picture's provenance
 * @param kept where there is a mask: the image and it, to put back what was not painted
 */
record Source(GenerationTask task, Map<String, String> facts, Optional<Kept> kept)
    implements AutoCloseable {

  /** What stays of an image that is painted anew in part. */
  record Kept(RgbImage image, Mask mask) {}

  /**
   * @throws io.chiaroscuro.InvalidInputException if an image cannot be decoded, or does not suit
   *     the model
   */
  static Source of(ImageRequest request, StableDiffusion model) {
    if (request.image() == null) {
      return new Source(new TextToImage(model), Map.of(), Optional.empty());
    }
    RgbImage whole = decoded(request.image(), "image");
    RgbImage image = framed(whole, request);
    Optional<Strength> given = Optional.ofNullable(request.strength()).map(Strength::new);
    if (request.mask() == null) {
      Strength strength = given.orElse(Strength.OF_IMAGE_TO_IMAGE);
      return new Source(
          new ImageToImage(model, image, strength), facts(strength), Optional.empty());
    }
    RgbImage drawn = decoded(request.mask(), "mask");
    if (drawn.width() != whole.width() || drawn.height() != whole.height()) {
      throw new RefusedException(
          "mask",
          "The mask has %s pixels, but the image %s; make it as large.".formatted(drawn, whole));
    }
    Mask mask = Mask.of(framed(drawn, request));
    Strength strength = given.orElse(Strength.OF_INPAINTING);
    return new Source(
        new Inpainting(model, image, mask, strength),
        facts(strength),
        Optional.of(new Kept(image, mask)));
  }

  private static Map<String, String> facts(Strength strength) {
    return Map.of("strength", String.valueOf(strength.value()));
  }

  /** A picture as it is given out. */
  RgbImage finished(RgbImage painted) {
    return kept.map(k -> k.mask().compose(k.image(), painted)).orElse(painted);
  }

  private static RgbImage decoded(String dataUrl, String field) {
    return ImageDecoder.decode(DataUrl.bytes(dataUrl, field), field);
  }

  /** Scaled until it covers the picture to be made, and cropped at the middle. */
  private static RgbImage framed(RgbImage image, ImageRequest request) {
    return Crop.center(
        Resize.cover(image, request.width(), request.height()), request.width(), request.height());
  }

  @Override
  public void close() {
    task.close();
  }
}
