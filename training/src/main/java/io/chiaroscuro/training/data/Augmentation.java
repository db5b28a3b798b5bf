package io.chiaroscuro.training.data;

import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.Flip;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;

/**
 * What differs each time a picture's turn comes.
 *
 * @param cropping where the rectangle is cut out (diffusers' {@code --center_crop}, kohya's {@code
 *     random_crop})
 * @param mirroring whether half of the pictures are mirrored ({@code --random_flip}, {@code
 *     flip_aug})
 * @param seed of the choices
 */
public record Augmentation(Cropping cropping, Mirroring mirroring, long seed) {

  /** The middle, never mirrored. */
  public static final Augmentation NONE = new Augmentation(Cropping.CENTER, Mirroring.NONE, 0);

  /** Cut and perhaps mirrored. */
  RgbImage apply(RgbImage resized, ImageSize size, Place place) {
    RgbImage cropped = crop(resized, size, place);
    return mirrors(place) ? Flip.horizontal(cropped) : cropped;
  }

  private RgbImage crop(RgbImage resized, ImageSize size, Place place) {
    if (cropping == Cropping.CENTER) {
      return Crop.center(resized, size.width(), size.height());
    }
    Draws draws = draws("crop", place);
    int left = draws.of("left").below(resized.width() - size.width() + 1);
    int top = draws.of("top").below(resized.height() - size.height() + 1);
    return Crop.at(resized, left, top, size.width(), size.height());
  }

  /** Whether the picture is mirrored this time. */
  boolean mirrors(Place place) {
    return mirroring == Mirroring.RANDOM && draws("mirror", place).uniform() < 0.5;
  }

  private Draws draws(String purpose, Place place) {
    return new Draws(seed).of(purpose).of(place.epoch()).of(place.index());
  }
}
