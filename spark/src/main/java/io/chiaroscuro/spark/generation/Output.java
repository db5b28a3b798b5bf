package io.chiaroscuro.spark.generation;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.order.OrderedPicture;
import java.io.Serializable;
import java.util.Optional;
import java.util.function.Supplier;

/** Where pictures go. */
sealed interface Output extends Serializable {

  /**
   * The result with the picture, which is made unless it is there already.
   *
   * @throws InvalidInputException if it cannot be made, or another is in its place
   */
  PictureResult deliver(OrderedPicture picture, Supplier<RgbImage> making);

  private static byte[] png(OrderedPicture picture, RgbImage image) {
    return PngFile.encode(image, picture.text(Brightness.of(image).mean()));
  }

  /** Into the table. */
  record IntoTable() implements Output {

    @Override
    public PictureResult deliver(OrderedPicture picture, Supplier<RgbImage> making) {
      RgbImage image = making.get();
      return PictureResult.made(
          picture.fileName(), picture.seed(), png(picture, image), Histogram.of(image));
    }
  }

  /** Into files. */
  record IntoFolder(OutputFolder folder) implements Output {

    @Override
    public PictureResult deliver(OrderedPicture picture, Supplier<RgbImage> making) {
      String name = picture.fileName();
      Optional<PictureResult> there = there(picture, name);
      if (there.isPresent()) {
        return there.get();
      }
      RgbImage image = making.get();
      if (folder.write(name, png(picture, image))) {
        return made(picture, name, image);
      }
      // Another attempt was faster, if it is not another picture.
      return there(picture, name)
          .orElseThrow(
              () -> new IllegalStateException("Cannot rename to %s.".formatted(folder.uri(name))));
    }

    private Optional<PictureResult> there(OrderedPicture picture, String name) {
      String uri = folder.uri(name);
      Optional<byte[]> bytes = folder.read(name);
      bytes.ifPresent(png -> picture.brightness(uri, () -> PngFile.readText(png, uri)));
      return bytes.map(png -> made(picture, name, ImageDecoder.decode(png, uri)));
    }

    private PictureResult made(OrderedPicture picture, String name, RgbImage image) {
      return PictureResult.made(name, picture.seed(), folder.uri(name), Histogram.of(image));
    }
  }
}
