package io.chiaroscuro.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.ImageReader;

/** WebP pictures, of animations the first, decoded by libwebp. */
final class WebpSamples {

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;
  private static final int FRAME_HEADER = 16;

  /** "ANMF" as a little-endian number: a frame of an animation. */
  private static final int ANMF = 0x464d4e41;

  private WebpSamples() {}

  static RgbImage decode(byte[] bytes) throws IOException {
    byte[] picture = firstPicture(bytes);
    ImageReader reader = reader();
    return ImageDecoder.read(reader, picture, () -> Samples.toRgb(reader.read(0)));
  }

  static ImageSize size(byte[] bytes) throws IOException {
    return ImageDecoder.size(reader(), firstPicture(bytes));
  }

  /** Not looked up through ImageIO, where another library's reader might come first. */
  private static ImageReader reader() throws IOException {
    return new WebPImageReaderSpi().createReaderInstance();
  }

  /**
   * The file itself or, since libwebp's decoder refuses animations, what stands in the first frame:
   * chunks that it takes without a file around them.
   */
  private static byte[] firstPicture(byte[] bytes) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (CHUNK_HEADER + Integer.toUnsignedLong(file.getInt(4)) > bytes.length) {
      throw new EOFException();
    }
    long at = RIFF_HEADER;
    while (at + CHUNK_HEADER <= bytes.length) {
      int name = file.getInt((int) at);
      long length = Integer.toUnsignedLong(file.getInt((int) at + 4));
      long end = at + CHUNK_HEADER + length;
      if (end > bytes.length) {
        throw new EOFException();
      }
      if (name == ANMF && length > FRAME_HEADER) {
        return Arrays.copyOfRange(bytes, (int) at + CHUNK_HEADER + FRAME_HEADER, (int) end);
      }
      // Chunks begin at even addresses.
      at = end + (length & 1);
    }
    return bytes;
  }
}
