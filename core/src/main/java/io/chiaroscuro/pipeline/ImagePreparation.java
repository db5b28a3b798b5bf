package io.chiaroscuro.pipeline;

import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.Flip;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.tensor.SeededGenerator;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * How a file becomes a picture of the size that latents are computed at: decoded, scaled so that it
 * just covers that size, cropped to it, perhaps mirrored.
 *
 * @param width in pixels
 * @param height in pixels
 * @param cropping where the rectangle is cut out
 * @param mirroring whether half of the pictures are mirrored
 * @param orientation whether the camera's orientation is respected
 * @param seed of all random choices; those for a file depend on its place in the list alone, so
 *     that a run which resumes makes the same ones
 */
public record ImagePreparation(
    int width,
    int height,
    Cropping cropping,
    Mirroring mirroring,
    Orientation orientation,
    long seed)
    implements Serializable {

  /** Where the rectangle is cut out. */
  public enum Cropping {
    CENTER,
    RANDOM
  }

  /** Whether left and right are exchanged in half of the pictures. */
  public enum Mirroring {
    NONE,
    RANDOM
  }

  /**
   * Prepares the file at place {@code index} of a list.
   *
   * @throws io.chiaroscuro.InvalidInputException if it cannot be decoded
   */
  public RgbImage prepare(Path file, int index) {
    return prepare(ImageDecoder.decode(file, orientation), index);
  }

  /**
   * As {@link #prepare(Path, int)}, of a file's bytes.
   *
   * @param name for messages
   * @param index place in a list, or whatever else tells this picture from others
   */
  public RgbImage prepare(byte[] bytes, String name, long index) {
    return prepare(ImageDecoder.decode(bytes, name, orientation), index);
  }

  private RgbImage prepare(RgbImage decoded, long index) {
    RgbImage covering = Resize.cover(decoded, width, height);
    try (var generator = new SeededGenerator(31 * seed + index)) {
      RgbImage cropped =
          cropping == Cropping.CENTER
              ? Crop.center(covering, width, height)
              : Crop.random(covering, width, height, generator);
      return mirroring == Mirroring.NONE ? cropped : Flip.random(cropped, generator);
    }
  }
}
