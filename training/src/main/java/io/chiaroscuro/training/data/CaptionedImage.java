package io.chiaroscuro.training.data;

import java.nio.file.Path;

/**
 * A picture and what is said of it.
 *
 * @param file not yet decoded
 * @param caption not blank
 */
public record CaptionedImage(Path file, String caption) {

  public CaptionedImage {
    if (caption.isBlank()) {
      throw new IllegalArgumentException("The caption of %s is blank.".formatted(file));
    }
  }
}
