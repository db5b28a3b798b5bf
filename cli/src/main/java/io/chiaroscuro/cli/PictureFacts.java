package io.chiaroscuro.cli;

import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageFormat;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Path;

/** A picture: its size, its brightness, and in a PNG the settings it was made with. */
final class PictureFacts {

  private PictureFacts() {}

  static Facts of(Path file, ImageFormat format) {
    RgbImage image = ImageDecoder.decode(file);
    Brightness brightness = Brightness.of(image);
    Facts facts =
        new Facts()
            .add("kind", "image", "image (%s)".formatted(format))
            .add("path", file.toString())
            .add("format", format.toString())
            .add("width", image.width())
            .add("height", image.height())
            .add("brightness", brightness.mean());
    if (format == ImageFormat.PNG) {
      var text = PngFile.readText(file);
      if (text.isEmpty()) {
        facts.add("text", text, "none: this PNG does not say how it was made");
      } else {
        facts.add("text", text);
      }
    }
    return facts;
  }
}
