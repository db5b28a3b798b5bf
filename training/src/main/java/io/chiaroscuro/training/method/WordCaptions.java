package io.chiaroscuro.training.method;

import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.training.data.CaptionedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * What is said of pictures that show what a new word means: many neutral sentences around it, so
 * that none becomes part of the meaning (<a href="https://arxiv.org/abs/2208.01618">Gal et al.
 * 2022</a>, section 4.1).
 */
public enum WordCaptions {
  /** The word names a thing. */
  OBJECT(
      "a photo of %s",
      "a picture of %s",
      "an image of one %s",
      "a photo of the %s",
      "a photo of my %s",
      "a close look at %s",
      "a well-lit photo of %s",
      "a dim photo of %s",
      "a small picture of %s",
      "a large picture of %s",
      "a cropped view of %s",
      "a drawing of %s"),

  /** The word names a manner. */
  STYLE(
      "a picture in the style of %s",
      "a painting in the style of %s",
      "a drawing in the style of %s",
      "an image in the style of %s",
      "a scene in the style of %s",
      "a work in the style of %s",
      "a close view in the style of %s",
      "a small picture in the style of %s",
      "a large picture in the style of %s",
      "a bright picture in the style of %s",
      "a dark picture in the style of %s",
      "a simple picture in the style of %s");

  private final List<String> sentences;

  WordCaptions(String... sentences) {
    this.sentences = List.of(sentences);
  }

  /** Every picture in the folder with every sentence. */
  public List<CaptionedImage> around(String placeholderToken, Path folder) {
    return ImageFolder.list(folder).stream()
        .flatMap(
            file ->
                sentences.stream()
                    .map(text -> new CaptionedImage(file, text.formatted(placeholderToken))))
        .toList();
  }
}
