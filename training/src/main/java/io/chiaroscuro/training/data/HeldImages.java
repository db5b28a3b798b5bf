package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Pictures that stay in memory, 3 bytes a pixel, once their turn has come. */
final class HeldImages implements ResizedImages {

  /** The part of the heap that pictures may fill. */
  private static final double SHARE = 0.8;

  private final ResizedImages source;
  private final AtomicReferenceArray<RgbImage> held;

  /**
   * @param size how many pictures {@code source} has
   * @throws InvalidInputException if pictures like the first do not fit into the Java heap
   */
  HeldImages(ResizedImages source, int size) {
    this.source = source;
    this.held = new AtomicReferenceArray<>(size);
    long bytes = (long) size * get(0).rgb().length;
    long room = (long) (SHARE * Runtime.getRuntime().maxMemory());
    if (bytes > room) {
      throw new InvalidInputException(
          "To hold %d pictures takes about %d MiB, of which the Java heap has %d; raise -Xmx, or have them decoded from disk each time."
              .formatted(size, bytes >> 20, room >> 20));
    }
  }

  @Override
  public RgbImage get(int index) {
    RgbImage known = held.get(index);
    if (known == null) {
      known = source.get(index);
      held.set(index, known);
    }
    return known;
  }
}
