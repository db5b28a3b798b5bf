package io.chiaroscuro.training.data;

import io.chiaroscuro.image.ImageSize;

/**
 * What becomes of a picture's size.
 *
 * @param resized after scaling
 * @param cropped cut out of that, at most as large
 */
public record Frame(ImageSize resized, ImageSize cropped) {

  public Frame {
    if (cropped.width() > resized.width() || cropped.height() > resized.height()) {
      throw new IllegalArgumentException("No %s can be cut out of %s.".formatted(cropped, resized));
    }
  }

  /**
   * Scaled in proportion until it just covers {@code cover}, the longer side rounded down as
   * torchvision's {@code Resize} does; then {@code cropped}.
   */
  static Frame covering(ImageSize original, ImageSize cover, ImageSize cropped) {
    long acrossWidth = (long) cover.width() * original.height();
    long acrossHeight = (long) cover.height() * original.width();
    ImageSize resized =
        acrossWidth >= acrossHeight
            ? new ImageSize(cover.width(), (int) (acrossWidth / original.width()))
            : new ImageSize((int) (acrossHeight / original.height()), cover.height());
    return new Frame(resized, cropped);
  }
}
