package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.order.LightSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Light as people think of it: as a picture, a direction, colours. */
final class LightOptions {

  @Option(
      names = "--leak-image",
      paramLabel = "FILE",
      description = {
        "Give the leak the light and the colours of this picture: its low frequencies; the rest is",
        "drawn from --leak, or nothing."
      })
  private Path image;

  @Option(
      names = "--leak-image-components",
      paramLabel = "N",
      description =
          "How many low frequencies of --leak-image (default: 15, all waves longer than half of it).")
  private Integer imageComponents;

  @Option(
      names = "--light",
      paramLabel = "ANGLE[:S]",
      description = {
        "Let light fall from one side: 0 is from the right, 90 from above, 180 from the left, 270",
        "from below; S is its strength, 0 to 1 (default: 0.5)."
      })
  private String light;

  @Option(
      names = "--palette",
      paramLabel = "#A,#B,#C,#D",
      description =
          "Give the leak's corners these colours: top left, top right, bottom left, bottom right.")
  private String palette;

  @Option(
      names = "--mean-color",
      paramLabel = "#RRGGBB",
      description = "Give the leak this mean colour.")
  private String meanColor;

  @Option(
      names = "--leak-preset",
      paramLabel = "NAME",
      description = {
        "white-background or red-background: the constants of the signal leak's authors, for Stable",
        "Diffusion 1.x and 2.x."
      })
  private String preset;

  /**
   * Refuses what cannot be meant, before any work is done.
   *
   * @throws InvalidInputException if two options contradict each other, one is malformed, or there
   *     is no such picture
   */
  void check() {
    settings().check();
    if (image != null && !Files.isRegularFile(image)) {
      throw new InvalidInputException(
          "--leak-image: there is no file '%s'; name a picture that exists.".formatted(image));
    }
  }

  LightSettings settings() {
    return new LightSettings(
        image == null ? null : image.toString(),
        imageComponents,
        light,
        palette,
        meanColor,
        preset);
  }
}
