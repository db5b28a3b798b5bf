package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What Stable Diffusion XL is told of the picture it was cut from (<a
 * href="https://arxiv.org/abs/2307.01952">Podell et al. 2023</a>, section 2.2): small original
 * sizes give blurred pictures, crops move their subject out of sight.
 *
 * @param originalSize size before scaling; empty for the size it is made at
 * @param cropTop pixels cut off above
 * @param cropLeft pixels cut off on the left
 * @param targetSize size to be; empty for the size it is made at
 */
public record SizeConditions(
    Optional<ImageSize> originalSize, int cropTop, int cropLeft, Optional<ImageSize> targetSize) {

  /** Neither scaled nor cropped, diffusers' default. */
  public static final SizeConditions NONE =
      new SizeConditions(Optional.empty(), 0, 0, Optional.empty());

  public SizeConditions {
    if (cropTop < 0 || cropLeft < 0) {
      throw new InvalidInputException(
          "The crop begins at %d,%d; give what is cut off above and on the left, 0 or more."
              .formatted(cropTop, cropLeft));
    }
  }

  /**
   * The numbers in the order that the UNet was trained on: height, width; top, left; height, width.
   *
   * @param aestheticScore for the refiner, which is told this in place of the target size
   */
  double[] timeIds(int width, int height, OptionalDouble aestheticScore) {
    ImageSize made = new ImageSize(width, height);
    ImageSize original = originalSize.orElse(made);
    DoubleStream origin = DoubleStream.of(original.height(), original.width(), cropTop, cropLeft);
    ImageSize target = targetSize.orElse(made);
    DoubleStream aim =
        aestheticScore.isPresent()
            ? aestheticScore.stream()
            : DoubleStream.of(target.height(), target.width());
    return DoubleStream.concat(origin, aim).toArray();
  }

  SizeConditions withoutCrop() {
    return new SizeConditions(originalSize, 0, 0, targetSize);
  }

  /** What is given, by diffusers' names after {@code prefix}. */
  Map<String, String> describe(String prefix) {
    Map<String, String> facts = new LinkedHashMap<>();
    originalSize.ifPresent(size -> facts.put(prefix + "original_size", size.toString()));
    if (cropTop != 0 || cropLeft != 0) {
      facts.put(prefix + "crops_coords_top_left", cropTop + "," + cropLeft);
    }
    targetSize.ifPresent(size -> facts.put(prefix + "target_size", size.toString()));
    return facts;
  }
}
