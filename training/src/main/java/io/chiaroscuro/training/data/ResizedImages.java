package io.chiaroscuro.training.data;

import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbImage;

/** A data set's pictures, decoded and scaled, not yet cropped. Thread-safe. */
@FunctionalInterface
interface ResizedImages {

  /**
   * @throws io.chiaroscuro.InvalidInputException naming the file, if it is missing or broken
   */
  RgbImage get(int index);

  /** Decoded each time anew. */
  static ResizedImages fromFiles(Examples examples) {
    return index -> {
      RgbImage image = ImageDecoder.decode(examples.get(index).file());
      ImageSize resized =
          examples.framing().frame(new ImageSize(image.width(), image.height())).resized();
      return Resize.to(image, resized.width(), resized.height());
    };
  }
}
