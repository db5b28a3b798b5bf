package io.chiaroscuro.server.openai;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.json.RefusedException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Where a PNG file is transparent, which in OpenAI's API says where a picture is painted anew. */
final class Transparency {

  private static final byte WHITE = (byte) 255;

  private Transparency() {}

  /**
   * A mask as diffusers and we have it: a PNG file, white where not even a little of the picture
   * shows and black elsewhere.
   *
   * @param bytes of a picture whose size was looked at
   * @param field that brought it, for messages
   * @return empty if the picture is no PNG, or hides nothing
   * @throws RefusedException if it is damaged
   */
  static Optional<byte[]> mask(byte[] bytes, String field) {
    ImageReader reader = ImageIO.getImageReadersByFormatName("PNG").next();
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      if (!reader.getOriginatingProvider().canDecodeInput(in)) {
        return Optional.empty();
      }
      reader.setInput(in, true, true);
      return mask(reader.read(0));
    } catch (IOException | RuntimeException e) {
      // Readers meet broken data with whatever exception the data happens to provoke.
      throw new RefusedException(
          field, "The PNG image '%s' is damaged; send it again.".formatted(field));
    } finally {
      reader.dispose();
    }
  }

  private static Optional<byte[]> mask(BufferedImage image) {
    if (!image.getColorModel().hasAlpha()) {
      return Optional.empty();
    }
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width];
    boolean isHidden = false;
    for (int y = 0, offset = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int argb : row) {
        byte value = argb >>> 24 == 0 ? WHITE : 0;
        isHidden |= value == WHITE;
        rgb[offset++] = value;
        rgb[offset++] = value;
        rgb[offset++] = value;
      }
    }
    return isHidden
        ? Optional.of(PngFile.encode(new RgbImage(width, height, rgb), Map.of()))
        : Optional.empty();
  }
}
