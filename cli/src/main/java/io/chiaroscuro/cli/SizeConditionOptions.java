package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Family;
import io.chiaroscuro.pipeline.MicroConditioning;
import io.chiaroscuro.pipeline.SizeConditions;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** What Stable Diffusion XL is told of sizes. */
final class SizeConditionOptions {

  private static final Pattern CORNER = Pattern.compile("(\\d{1,5}),(\\d{1,5})");

  @Option(
      names = "--original-size",
      paramLabel = "R|WxH",
      converter = ImageSize.Converter.class,
      description = {
        "Stable Diffusion XL: size of the picture before scaling; small ones look blurred",
        "(default: the size it is made at)."
      })
  private ImageSize originalSize;

  @Option(
      names = "--crops-coords-top-left",
      defaultValue = "0,0",
      paramLabel = "TOP,LEFT",
      description = "XL: pixels cut off above and on the left (default: ${DEFAULT-VALUE}).")
  private String cropsCoordsTopLeft;

  @Option(
      names = "--target-size",
      paramLabel = "R|WxH",
      converter = ImageSize.Converter.class,
      description = "XL: size of the picture to be (default: the size it is made at).")
  private ImageSize targetSize;

  @Option(
      names = "--negative-original-size",
      paramLabel = "R|WxH",
      converter = ImageSize.Converter.class,
      description = {
        "XL: the same three beside the negative prompt (default: the same; both sizes are",
        "needed then)."
      })
  private ImageSize negativeOriginalSize;

  @Option(names = "--negative-crops-coords-top-left", defaultValue = "0,0", paramLabel = "TOP,LEFT")
  private String negativeCropsCoordsTopLeft;

  @Option(
      names = "--negative-target-size",
      paramLabel = "R|WxH",
      converter = ImageSize.Converter.class)
  private ImageSize negativeTargetSize;

  /**
   * What was asked for.
   *
   * @throws InvalidInputException if it is malformed, or not for this model
   */
  MicroConditioning conditioning(StableDiffusion model) {
    SizeConditions wanted =
        conditions(originalSize, "--crops-coords-top-left", cropsCoordsTopLeft, targetSize);
    SizeConditions unwanted =
        conditions(
            negativeOriginalSize,
            "--negative-crops-coords-top-left",
            negativeCropsCoordsTopLeft,
            negativeTargetSize);
    boolean areGiven = !wanted.equals(SizeConditions.NONE) || !unwanted.equals(SizeConditions.NONE);
    if (areGiven && model.checkpoint().modelIndex().family() != Family.STABLE_DIFFUSION_XL) {
      throw new InvalidInputException(
          "--original-size, --target-size and --crops-coords-top-left are for Stable Diffusion XL; leave them out with this model.");
    }
    if (unwanted.equals(SizeConditions.NONE)) {
      return new MicroConditioning(wanted, Optional.empty());
    }
    if (unwanted.originalSize().isEmpty() || unwanted.targetSize().isEmpty()) {
      throw new InvalidInputException(
          "--negative-original-size and --negative-target-size belong together; give both.");
    }
    return new MicroConditioning(wanted, Optional.of(unwanted));
  }

  private static SizeConditions conditions(
      ImageSize original, String cropOption, String crop, ImageSize target) {
    Matcher corner = CORNER.matcher(crop.strip());
    if (!corner.matches()) {
      throw new InvalidInputException(
          "%s does not understand '%s'; write pixels above and on the left, 0,64 for example."
              .formatted(cropOption, crop));
    }
    return new SizeConditions(
        size(original),
        Integer.parseInt(corner.group(1)),
        Integer.parseInt(corner.group(2)),
        size(target));
  }

  private static Optional<io.chiaroscuro.image.ImageSize> size(ImageSize size) {
    return Optional.ofNullable(size).map(SizeConditionOptions::positive);
  }

  private static io.chiaroscuro.image.ImageSize positive(ImageSize size) {
    if (size.width() < 1 || size.height() < 1) {
      throw new InvalidInputException(
          "No picture has the size %dx%d; give sides of at least 1."
              .formatted(size.width(), size.height()));
    }
    return new io.chiaroscuro.image.ImageSize(size.width(), size.height());
  }
}
