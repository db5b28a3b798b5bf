package io.chiaroscuro.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.ImageReader;

/** WebP, lossy and lossless. */
final class WebpSamples {

  private WebpSamples() {}

  static RgbImage decode(byte[] bytes) throws IOException {
    long announced =
        8 + Integer.toUnsignedLong(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(4));
    if (announced > bytes.length) {
      throw new EOFException();
    }
    ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
    return Samples.toRgb(ImageDecoder.read(reader, bytes, () -> reader.read(0)));
  }
}
