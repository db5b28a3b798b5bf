package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.FileHash;
import io.chiaroscuro.image.Crop;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.Mask;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.ImageToImage;
import io.chiaroscuro.pipeline.Inpainting;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.Strength;
import io.chiaroscuro.pipeline.TextToImage;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The picture to start from, and what of it is painted anew. */
final class ImageOptions {

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = {
        "Start from this picture instead of noise alone, scaled to cover --width and --height and",
        "cropped at the middle."
      })
  private Path image;

  @Option(
      names = {"--mask", "--mask-image"},
      paramLabel = "FILE",
      description = "Paint the image anew only where this picture of its size is white.")
  private Path mask;

  @Option(
      names = "--strength",
      paramLabel = "S",
      description = {
        "How far the image is taken back towards noise: the last S of all steps are taken",
        "(default: 0.8, with --mask 1)."
      })
  private Double strength;

  @Option(
      names = "--keep-unmasked",
      description = "In the end put the image's own pixels back where the mask is black.")
  private boolean keepUnmasked;

  /** Refuses what cannot be meant, before any work is done. */
  void check() {
    requireImage("--mask", mask != null);
    requireImage("--strength", strength != null);
    if (keepUnmasked && mask == null) {
      throw new InvalidInputException("--keep-unmasked needs a mask; add --mask FILE.");
    }
    strength();
  }

  /** The image and perhaps its mask; none to start from noise alone. */
  List<Path> files() {
    return Stream.of(image, mask).filter(Objects::nonNull).toList();
  }

  /**
   * Reads the files to see that they can be used.
   *
   * @throws InvalidInputException if one is missing or damaged, or they do not fit each other
   */
  void requireReadable() {
    if (image != null) {
      RgbImage read = ImageDecoder.decode(image);
      if (mask != null) {
        readMask(read);
      }
    }
  }

  /** Files and settings, for a picture's provenance. */
  Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    describe("image", image, facts);
    describe("mask", mask, facts);
    if (image != null) {
      facts.put("strength", String.valueOf(strength().value()));
    }
    if (keepUnmasked) {
      facts.put("keep_unmasked", "true");
    }
    return facts;
  }

  /**
   * How many steps a picture takes.
   *
   * @throws InvalidInputException if there are none, or the model or its sampler cannot take them
   */
  int steps(StableDiffusion model, GenerationRequest request) {
    if (mask == null) {
      model.requireTextToImage();
    }
    return image == null ? request.steps() : strength().steps(request);
  }

  /**
   * Reads the files.
   *
   * @param width of the pictures to be made
   * @param height likewise
   * @throws InvalidInputException if one is missing or damaged, or they do not fit each other or
   *     the model
   */
  ImageSource open(StableDiffusion model, int width, int height) {
    if (image == null) {
      return new ImageSource(new TextToImage(model), Optional.empty(), describe());
    }
    RgbImage read = ImageDecoder.decode(image);
    RgbImage framed = framed(read, width, height);
    if (mask == null) {
      return new ImageSource(
          new ImageToImage(model, framed, strength()), Optional.empty(), describe());
    }
    Mask white = Mask.of(framed(readMask(read), width, height));
    return new ImageSource(
        new Inpainting(model, framed, white, strength()),
        keepUnmasked ? Optional.of(painted -> white.compose(framed, painted)) : Optional.empty(),
        describe());
  }

  private RgbImage readMask(RgbImage image) {
    RgbImage read = ImageDecoder.decode(mask);
    if (read.width() != image.width() || read.height() != image.height()) {
      throw new InvalidInputException(
          "The mask '%s' has %s pixels, but the image %s; make it as large."
              .formatted(mask, read, image));
    }
    return read;
  }

  private static RgbImage framed(RgbImage image, int width, int height) {
    return Crop.center(Resize.cover(image, width, height), width, height);
  }

  private Strength strength() {
    if (strength != null) {
      return new Strength(strength);
    }
    return mask == null ? Strength.OF_IMAGE_TO_IMAGE : Strength.OF_INPAINTING;
  }

  private void requireImage(String option, boolean given) {
    if (given && image == null) {
      throw new InvalidInputException(
          "%s needs an image to start from; add --image FILE.".formatted(option));
    }
  }

  private static void describe(String fact, Path file, Map<String, String> facts) {
    if (file != null) {
      facts.put(fact, String.valueOf(file.getFileName()));
      facts.put(fact + "_hash", FileHash.of(file));
    }
  }
}
