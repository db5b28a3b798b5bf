package io.chiaroscuro.spark.brightness;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.ImageDecoder;
import java.util.Optional;

/** The histogram of a file's bytes. */
public final class PictureHistogram {

  private PictureHistogram() {}

  /**
   * The pixels of the picture; none if it is broken, now and on every node.
   *
   * @throws IllegalStateException if it cannot be decoded here and now, for want of memory for
   *     example, so that whether it is whole cannot be told
   */
  public static Optional<Histogram> of(byte[] content) {
    try {
      return Optional.of(Histogram.of(ImageDecoder.decode(content, "content")));
    } catch (InvalidInputException e) {
      if (e.getCause() instanceof Error) {
        throw new IllegalStateException(e.getMessage(), e);
      }
      return Optional.empty();
    }
  }
}
