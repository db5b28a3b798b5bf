package io.chiaroscuro.cli.demo;

import io.chiaroscuro.InvalidInputException;

/**
 * How much the demo does.
 *
 * @param images pictures from white noise, and as many with the leak; the other sections follow
 * @param steps denoising steps of each
 * @param guidanceScale of all but those said to be without
 * @param batchSize pictures denoised together
 */
public record DemoConfig(int images, int steps, double guidanceScale, int batchSize) {

  /** What two cores make in three minutes. */
  public static final int IMAGES = 64;

  /** What figures to rely on take. */
  public static final int FULL_IMAGES = 256;

  public DemoConfig {
    if (images < 2) {
      throw new InvalidInputException(
          "The number of images is %d; give 2 or more, since one has no spread.".formatted(images));
    }
    if (steps < 1) {
      throw new InvalidInputException(
          "The number of steps is %d; give 1 or more.".formatted(steps));
    }
    if (batchSize < 1) {
      throw new InvalidInputException("The batch size is %d; give 1 or more.".formatted(batchSize));
    }
  }

  /** How far a spread measured of that many pictures may be off, as a share of it. */
  public double scatter() {
    return 1 / Math.sqrt(2.0 * images); // a standard error, of normal values
  }

  /** {@code 1 / share} of the images, for sections that need fewer; at least one. */
  int part(int share) {
    return Math.max(1, images / share);
  }

  /** UNet evaluations of so many pictures under guidance, which asks twice a step. */
  long guided(long pictures) {
    return guidanceScale > 1 ? 2 * unguided(pictures) : unguided(pictures);
  }

  long unguided(long pictures) {
    return pictures * steps;
  }
}
