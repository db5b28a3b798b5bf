package io.chiaroscuro.cli;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.order.OrderedPicture;
import io.chiaroscuro.pipeline.GenerationRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A picture of a batch.
 *
 * @param row that asks for it
 * @param picture as it is asked for
 * @param chunks how many chunks its prompts have; with others' more it were another picture
 * @param file where it is written
 */
record BatchPicture(BatchRow row, OrderedPicture picture, int chunks, Path file) {

  /** What pictures have in common that can be made together. */
  record Company(
      GenerationRequest request, Map<String, String> image, boolean hasLeak, int chunks) {}

  long seed() {
    return picture.seed();
  }

  Company company() {
    return new Company(
        picture.request().withPrompts(List.of()),
        picture.source(),
        picture.leak().isPresent(),
        chunks);
  }

  /**
   * The brightness of the picture, if an earlier run has made it.
   *
   * @throws io.chiaroscuro.InvalidInputException if its file is another picture's
   */
  OptionalDouble made() {
    return Files.exists(file)
        ? OptionalDouble.of(picture.brightness(file.toString(), () -> PngFile.readText(file)))
        : OptionalDouble.empty();
  }
}
