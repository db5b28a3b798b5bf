package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;

/**
 * kohya's {@code bucket_no_upscale}: pictures are scaled down to an area, never up, and cropped by
 * less than a step on each side; there are as many sizes as that gives.
 *
 * <p>A picture larger than the area is scaled so that one side becomes a multiple of the step: of
 * the two sides the one with which a bucket's proportions come nearer to the picture's. A side
 * shorter than one step is the one case scaled up, to that step.
 *
 * @param resolution whose area pictures are scaled down to
 * @param bucketResoSteps every side of a bucket is a multiple of it; itself a multiple of the
 *     autoencoder's downscale
 */
public record ShrinkingBuckets(ImageSize resolution, int bucketResoSteps) implements Framing {

  public ShrinkingBuckets {
    requireSteps(resolution, bucketResoSteps);
  }

  @Override
  public Frame frame(ImageSize original) {
    ImageSize resized = shrunk(original);
    ImageSize bucket =
        new ImageSize(
            Math.max(inSteps(resized.width()), bucketResoSteps),
            Math.max(inSteps(resized.height()), bucketResoSteps));
    boolean covers = resized.width() >= bucket.width() && resized.height() >= bucket.height();
    return covers ? new Frame(resized, bucket) : Frame.covering(original, bucket, bucket);
  }

  private ImageSize shrunk(ImageSize original) {
    double area = (double) resolution.width() * resolution.height();
    if ((double) original.width() * original.height() <= area) {
      return original;
    }
    double ratio = (double) original.width() / original.height();
    double width = Math.sqrt(area * ratio);
    int steppedWidth = Math.max(inSteps(width), bucketResoSteps);
    int steppedHeight = Math.max(inSteps(area / width), bucketResoSteps);
    double errorByWidth = Math.abs(steppedWidth / inStepsOrOne(steppedWidth / ratio) - ratio);
    double errorByHeight = Math.abs(inStepsOrOne(steppedHeight * ratio) / steppedHeight - ratio);
    return errorByWidth < errorByHeight
        ? new ImageSize(steppedWidth, Math.max(1, rounded(steppedWidth / ratio)))
        : new ImageSize(Math.max(1, rounded(steppedHeight * ratio)), steppedHeight);
  }

  private double inStepsOrOne(double length) {
    return Math.max(inSteps(length), bucketResoSteps);
  }

  private int inSteps(double length) {
    return rounded(length) / bucketResoSteps * bucketResoSteps;
  }

  private static int rounded(double length) {
    return (int) (length + 0.5);
  }

  static void requireSteps(ImageSize resolution, int bucketResoSteps) {
    if (bucketResoSteps < 1
        || Math.min(resolution.width(), resolution.height()) < bucketResoSteps) {
      throw new InvalidInputException(
          "bucket_reso_steps is %d; give 1 or more, and at most the resolution %s."
              .formatted(bucketResoSteps, resolution));
    }
  }
}
