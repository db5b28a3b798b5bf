package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;

/**
 * All pictures end up in one size: scaled in proportion until they just cover {@code cover}, then
 * {@code cropped} out of that.
 *
 * @param cover what a picture is scaled to cover
 * @param cropped what is cut out, at most as large
 */
public record OneSize(ImageSize cover, ImageSize cropped) implements Framing {

  public OneSize {
    if (cropped.width() > cover.width() || cropped.height() > cover.height()) {
      throw new InvalidInputException(
          "Crops of %s cannot be cut out of pictures scaled to cover %s; make the crops smaller."
              .formatted(cropped, cover));
    }
  }

  /** diffusers' {@code --resolution}: the shorter side is scaled to it, a square cut out. */
  public static OneSize square(int resolution) {
    return new OneSize(
        new ImageSize(resolution, resolution), new ImageSize(resolution, resolution));
  }

  @Override
  public Frame frame(ImageSize original) {
    return Frame.covering(original, cover, cropped);
  }
}
