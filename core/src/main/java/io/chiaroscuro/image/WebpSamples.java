package io.chiaroscuro.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.vp8.VP8Frame;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageReader;

/**
 * WebP. Lossless pictures are taken from the reader as they are. Of lossy ones only the planes are:
 * the reader copies blocks before their edges are filtered and repeats each chroma sample four
 * times, where libwebp interpolates.
 */
final class WebpSamples {

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;

  private WebpSamples() {}

  static RgbImage decode(byte[] bytes) throws IOException {
    Map<String, byte[]> chunks = chunks(bytes);
    byte[] lossy = chunks.get("VP8 ");
    if (lossy == null) {
      return Samples.toRgb(read(bytes));
    }
    RgbImage color = decodeLossy(lossy);
    return chunks.containsKey("ALPH") ? overWhite(color, read(bytes).getAlphaRaster()) : color;
  }

  private static BufferedImage read(byte[] bytes) throws IOException {
    ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
    return ImageDecoder.read(reader, bytes, () -> reader.read(0));
  }

  /** The outermost chunks of the RIFF container; of several of one name the first. */
  private static Map<String, byte[]> chunks(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < RIFF_HEADER
        || CHUNK_HEADER + Integer.toUnsignedLong(in.getInt(4)) > bytes.length) {
      throw new EOFException();
    }
    Map<String, byte[]> chunks = new LinkedHashMap<>();
    int at = RIFF_HEADER;
    while (at + CHUNK_HEADER <= bytes.length) {
      String name = new String(bytes, at, 4, StandardCharsets.ISO_8859_1);
      int length = in.getInt(at + 4);
      at += CHUNK_HEADER;
      if (length < 0 || length > bytes.length - at) {
        throw new EOFException();
      }
      chunks.putIfAbsent(name, Arrays.copyOfRange(bytes, at, at + length));
      // Chunks begin at even addresses.
      at += length + (length & 1);
    }
    return chunks;
  }

  private static RgbImage decodeLossy(byte[] vp8) throws IOException {
    if (vp8.length < 10) {
      throw new EOFException();
    }
    ByteBuffer header = ByteBuffer.wrap(vp8).order(ByteOrder.LITTLE_ENDIAN);
    // The upper two bits of each are a scale that no decoder applies (RFC 6386, section 9.1).
    int width = header.getShort(6) & 0x3fff;
    int height = header.getShort(8) & 0x3fff;
    ImageDecoder.requireFits(width, height);
    try (var input = new ByteArrayImageInputStream(vp8)) {
      input.setByteOrder(ByteOrder.LITTLE_ENDIAN);
      var frame = new VP8Frame(input, false);
      if (!frame.decode(Raster.createInterleavedRaster(0, width, height, 3, null), null)) {
        throw new IOException("its first frame is no key frame");
      }
      return toRgb(
          new Plane(frame.getDebugImageYBuffer()),
          new Plane(frame.getDebugImageUBuffer()),
          new Plane(frame.getDebugImageVBuffer()));
    }
  }

  /** BT.601 with studio range: 1.164 (Y - 16) + 1.596 V, with 14 fractional bits like libwebp. */
  private static RgbImage toRgb(Plane luma, Plane u, Plane v) {
    byte[] rgb = new byte[3 * luma.width * luma.height];
    int o = 0;
    for (int y = 0; y < luma.height; y++) {
      for (int x = 0; x < luma.width; x++) {
        int scaled = scaled(luma.at(x, y), 19_077);
        int cb = u.chroma(x, y);
        int cr = v.chroma(x, y);
        rgb[o++] = clamped(scaled + scaled(cr, 26_149) - 14_234);
        rgb[o++] = clamped(scaled - scaled(cb, 6_419) - scaled(cr, 13_320) + 8_708);
        rgb[o++] = clamped(scaled + scaled(cb, 33_050) - 17_685);
      }
    }
    return new RgbImage(luma.width, luma.height, rgb);
  }

  private static int scaled(int value, int factor) {
    return value * factor >> 8;
  }

  private static byte clamped(int sixFractionalBits) {
    return (byte) Math.min(Math.max(sixFractionalBits >> 6, 0), 255);
  }

  private static RgbImage overWhite(RgbImage color, Raster alpha) {
    byte[] rgb = color.rgb();
    byte[] out = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      int pixel = i / 3;
      int opacity = alpha.getSample(pixel % color.width(), pixel / color.width(), 0);
      out[i] = Samples.overWhite(rgb[i] & 0xff, opacity);
    }
    return new RgbImage(color.width(), color.height(), out);
  }

  /** A plane of the decoded frame; chroma arrives with each sample repeated to full size. */
  private static final class Plane {
    private final int width;
    private final int height;
    private final int[] samples;

    Plane(BufferedImage image) {
      this.width = image.getWidth();
      this.height = image.getHeight();
      this.samples = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
    }

    int at(int x, int y) {
      return samples[y * width + x];
    }

    /** Interpolated from the four nearest chroma samples, weighted 9, 3, 3 and 1. */
    int chroma(int x, int y) {
      int besideX = beside(x, width);
      int besideY = beside(y, height);
      return (9 * at(x, y) + 3 * at(besideX, y) + 3 * at(x, besideY) + at(besideX, besideY) + 8)
          >> 4;
    }

    /** A place in the neighbouring chroma sample that is nearer; at the edge in the same. */
    private static int beside(int place, int size) {
      int neighbour = (place & 1) == 0 ? place - 1 : place + 1;
      return neighbour < 0 || neighbour >= size ? place : neighbour;
    }
  }
}
