package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * kohya's {@code enable_bucket}: sizes of about one area and many proportions; a picture goes to
 * the one whose width over height is nearest to its own, is scaled to cover it, and cropped.
 *
 * <p>The sizes are, for every width w from the smallest side to the largest in steps, w x h with h
 * the largest multiple of the step with {@code w h <= area}, at most the largest side, and h x w;
 * those whose h falls below the smallest side are left out; and the largest square within the area.
 *
 * @param resolution whose area no bucket exceeds
 * @param minBucketReso shortest side of a bucket
 * @param maxBucketReso longest side of a bucket
 * @param bucketResoSteps every side is a multiple of it; itself a multiple of the autoencoder's
 *     downscale
 */
public record AspectRatioBuckets(
    ImageSize resolution, int minBucketReso, int maxBucketReso, int bucketResoSteps)
    implements Framing {

  /** kohya's defaults. */
  public static AspectRatioBuckets of(ImageSize resolution) {
    return new AspectRatioBuckets(resolution, 256, 1024, 64);
  }

  public AspectRatioBuckets {
    ShrinkingBuckets.requireSteps(resolution, bucketResoSteps);
    if (minBucketReso < bucketResoSteps
        || minBucketReso % bucketResoSteps + maxBucketReso % bucketResoSteps != 0) {
      throw new InvalidInputException(
          "min_bucket_reso %d and max_bucket_reso %d must be multiples of bucket_reso_steps %d."
              .formatted(minBucketReso, maxBucketReso, bucketResoSteps));
    }
    if (Math.min(resolution.width(), resolution.height()) < minBucketReso
        || Math.max(resolution.width(), resolution.height()) > maxBucketReso) {
      throw new InvalidInputException(
          "The resolution %s lies outside min_bucket_reso %d to max_bucket_reso %d; widen them."
              .formatted(resolution, minBucketReso, maxBucketReso));
    }
  }

  /** All sizes, by width, then by height. */
  public List<ImageSize> sizes() {
    long area = (long) resolution.width() * resolution.height();
    var sizes =
        new TreeSet<>(
            Comparator.comparingInt(ImageSize::width).thenComparingInt(ImageSize::height));
    int square = inSteps(Math.sqrt(area));
    sizes.add(new ImageSize(square, square));
    for (int width = minBucketReso; width <= maxBucketReso; width += bucketResoSteps) {
      int height = Math.min(maxBucketReso, inSteps(area / width));
      if (height >= minBucketReso) {
        sizes.add(new ImageSize(width, height));
        sizes.add(new ImageSize(height, width));
      }
    }
    return List.copyOf(sizes);
  }

  @Override
  public Frame frame(ImageSize original) {
    List<ImageSize> sizes = sizes();
    ImageSize bucket =
        sizes.contains(original)
            ? original
            : sizes.stream()
                .min(Comparator.comparingDouble(s -> Math.abs(ratio(s) - ratio(original))))
                .orElseThrow();
    return Frame.covering(original, bucket, bucket);
  }

  private int inSteps(double length) {
    return (int) (length / bucketResoSteps) * bucketResoSteps;
  }

  private static double ratio(ImageSize size) {
    return (double) size.width() / size.height();
  }
}
