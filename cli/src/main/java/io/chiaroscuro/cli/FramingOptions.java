package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.training.data.AspectRatioBuckets;
import io.chiaroscuro.training.data.Augmentation;
import io.chiaroscuro.training.data.Framing;
import io.chiaroscuro.training.data.OneSize;
import io.chiaroscuro.training.data.ShrinkingBuckets;
import picocli.CommandLine.Option;

/** What size pictures are brought to, and what differs each time. */
final class FramingOptions {

  @Option(
      names = "--resolution",
      defaultValue = "512",
      paramLabel = "N|WxH",
      converter = ImageSize.Converter.class,
      description = "Of the pictures to learn from (default: ${DEFAULT-VALUE}).")
  private ImageSize resolution;

  @Option(
      names = "--center-crop",
      description = "Cut out the middle (default: anywhere, each time anew).")
  private boolean centerCrop;

  @Option(
      names = {"--random-flip", "--flip-aug"},
      description = "Mirror half of the pictures, each time others.")
  private boolean randomFlip;

  @Option(
      names = "--enable-bucket",
      description = "Keep the pictures' proportions: sizes of about the same area.")
  private boolean enableBucket;

  @Option(
      names = "--min-bucket-reso",
      defaultValue = "256",
      paramLabel = "N",
      description = "Shortest side with --enable-bucket (default: ${DEFAULT-VALUE}).")
  private int minBucketReso;

  @Option(
      names = "--max-bucket-reso",
      defaultValue = "1024",
      paramLabel = "N",
      description = "Longest side with --enable-bucket (default: ${DEFAULT-VALUE}).")
  private int maxBucketReso;

  @Option(
      names = "--bucket-reso-steps",
      defaultValue = "64",
      paramLabel = "N",
      description = "All sides are multiples of it (default: ${DEFAULT-VALUE}).")
  private int bucketResoSteps;

  @Option(names = "--bucket-no-upscale", description = "Never enlarge, with --enable-bucket.")
  private boolean bucketNoUpscale;

  io.chiaroscuro.image.ImageSize resolution() {
    return new io.chiaroscuro.image.ImageSize(
        Math.max(1, resolution.width()), Math.max(1, resolution.height()));
  }

  boolean isCentered() {
    return centerCrop;
  }

  /** Refuses buckets, where pictures of two sets lie in one batch. */
  void requireOneSize(String because) {
    if (enableBucket) {
      throw new InvalidInputException(
          "%s needs pictures of one size, so --enable-bucket cannot be used with it; leave out one of them."
              .formatted(because));
    }
  }

  Framing framing() {
    if (bucketNoUpscale && !enableBucket) {
      throw new InvalidInputException(
          "--bucket-no-upscale needs buckets; give --enable-bucket as well.");
    }
    if (!enableBucket) {
      return new OneSize(resolution(), resolution());
    }
    return bucketNoUpscale
        ? new ShrinkingBuckets(resolution(), bucketResoSteps)
        : new AspectRatioBuckets(resolution(), minBucketReso, maxBucketReso, bucketResoSteps);
  }

  Augmentation augmentation(long seed) {
    return new Augmentation(
        centerCrop ? Cropping.CENTER : Cropping.RANDOM,
        randomFlip ? Mirroring.RANDOM : Mirroring.NONE,
        seed);
  }
}
