package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.training.method.ClassPictures;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** DreamBooth's pictures of the class. */
final class PriorPreservationOptions {

  @Option(
      names = "--with-prior-preservation",
      description = "Learn pictures of the class too, lest all of it becomes the subject.")
  private boolean withPriorPreservation;

  @Option(
      names = "--class-data-dir",
      paramLabel = "FOLDER",
      description = "Pictures of the class; what is missing the model makes before it learns.")
  private Path classDataDir;

  @Option(
      names = "--class-prompt",
      paramLabel = "PROMPT",
      description = "What they show, \"a photo of a dog\" for example.")
  private String classPrompt;

  @Option(
      names = "--num-class-images",
      defaultValue = "100",
      paramLabel = "N",
      description = "How many there shall be (default: ${DEFAULT-VALUE}).")
  private int numClassImages;

  @Option(
      names = "--prior-loss-weight",
      defaultValue = "1",
      paramLabel = "W",
      description = "How much they count (default: ${DEFAULT-VALUE}).")
  private double priorLossWeight;

  @Option(
      names = "--class-inference-steps",
      defaultValue = "50",
      paramLabel = "N",
      description = "Denoising steps for those that are made (default: ${DEFAULT-VALUE}).")
  private int steps;

  /** Whether the prior is preserved, once what was given makes sense. */
  boolean areWanted() {
    if (withPriorPreservation && (classDataDir == null || classPrompt == null)) {
      throw new InvalidInputException(
          "--with-prior-preservation needs pictures of the class; give --class-data-dir and --class-prompt.");
    }
    if (!withPriorPreservation && (classDataDir != null || classPrompt != null)) {
      throw new InvalidInputException(
          "Pictures of the class are of no use without --with-prior-preservation; give it, or leave out --class-data-dir and --class-prompt.");
    }
    return withPriorPreservation;
  }

  double lossWeight() {
    return priorLossWeight;
  }

  ClassPictures pictures(io.chiaroscuro.image.ImageSize size, long seed) {
    return new ClassPictures(classDataDir, classPrompt, numClassImages, steps, size, seed);
  }
}
