package io.chiaroscuro.image;

import io.chiaroscuro.image.vp8.KeyFrame;
import io.chiaroscuro.image.vp8.Plane;
import io.chiaroscuro.image.vp8l.LosslessPicture;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * WebP pictures, of animations the first, as libwebp decodes them. The decoders are our own: the
 * one to be had for Java predicts lossy pictures from samples already smoothed, so that errors
 * spread over the picture, and mistakes some palettes of lossless ones.
 */
final class WebpSamples {

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;
  private static final int FRAME_HEADER = 16;

  private WebpSamples() {}

  static RgbImage decode(byte[] bytes) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < RIFF_HEADER
        || CHUNK_HEADER + Integer.toUnsignedLong(header.getInt(4)) > bytes.length) {
      throw new EOFException();
    }
    Map<String, byte[]> chunks = chunks(bytes, RIFF_HEADER);
    byte[] firstFrame = chunks.get("ANMF");
    return decode(firstFrame == null ? chunks : chunks(firstFrame, FRAME_HEADER));
  }

  private static RgbImage decode(Map<String, byte[]> chunks) throws IOException {
    byte[] lossless = chunks.get("VP8L");
    if (lossless != null) {
      return decodeLossless(lossless);
    }
    byte[] lossy = chunks.get("VP8 ");
    if (lossy == null) {
      throw new IOException("it holds no picture");
    }
    RgbImage color = decodeLossy(lossy);
    byte[] alpha = chunks.get("ALPH");
    return alpha == null
        ? color
        : overWhite(color, WebpAlpha.decode(alpha, color.width(), color.height()));
  }

  /** The chunks that lie side by side from {@code start} on; of several of one name the first. */
  private static Map<String, byte[]> chunks(byte[] bytes, int start) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, byte[]> chunks = new LinkedHashMap<>();
    int at = start;
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

  private static RgbImage decodeLossless(byte[] vp8l) throws IOException {
    int[] size = LosslessPicture.size(vp8l);
    ImageDecoder.requireFits(size[0], size[1]);
    int[] argb = LosslessPicture.decode(vp8l).argb();
    byte[] rgb = new byte[3 * argb.length];
    for (int i = 0; i < argb.length; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int value = argb[i] >> 16 - 8 * channel & 0xff;
        rgb[3 * i + channel] = Samples.overWhite(value, argb[i] >>> 24);
      }
    }
    return new RgbImage(size[0], size[1], rgb);
  }

  private static RgbImage decodeLossy(byte[] vp8) throws IOException {
    int[] size = KeyFrame.size(vp8);
    ImageDecoder.requireFits(size[0], size[1]);
    return toRgb(KeyFrame.decode(vp8));
  }

  /** BT.601 with studio range: 1.164 (Y - 16) + 1.596 V, with 14 fractional bits like libwebp. */
  private static RgbImage toRgb(KeyFrame frame) {
    var u = new Chroma(frame.u(), frame);
    var v = new Chroma(frame.v(), frame);
    byte[] rgb = new byte[3 * frame.width() * frame.height()];
    int o = 0;
    for (int y = 0; y < frame.height(); y++) {
      for (int x = 0; x < frame.width(); x++) {
        int luma = scaled(frame.luma().at(x, y), 19_077);
        int cb = u.at(x, y);
        int cr = v.at(x, y);
        rgb[o++] = clamped(luma + scaled(cr, 26_149) - 14_234);
        rgb[o++] = clamped(luma - scaled(cb, 6_419) - scaled(cr, 13_320) + 8_708);
        rgb[o++] = clamped(luma + scaled(cb, 33_050) - 17_685);
      }
    }
    return new RgbImage(frame.width(), frame.height(), rgb);
  }

  private static int scaled(int value, int factor) {
    return value * factor >> 8;
  }

  private static byte clamped(int sixFractionalBits) {
    return (byte) Math.min(Math.max(sixFractionalBits >> 6, 0), 255);
  }

  private static RgbImage overWhite(RgbImage color, byte[] alpha) {
    byte[] rgb = color.rgb();
    byte[] out = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      out[i] = Samples.overWhite(rgb[i] & 0xff, alpha[i / 3] & 0xff);
    }
    return new RgbImage(color.width(), color.height(), out);
  }

  /** A plane of half the size, seen in full size. */
  private static final class Chroma {
    private final Plane plane;
    private final int lastX;
    private final int lastY;

    Chroma(Plane plane, KeyFrame frame) {
      this.plane = plane;
      this.lastX = (frame.width() - 1) / 2;
      this.lastY = (frame.height() - 1) / 2;
    }

    /** Interpolated from the four nearest samples, weighted 9, 3, 3 and 1. */
    int at(int x, int y) {
      int nearX = x / 2;
      int nearY = y / 2;
      int farX = Math.min(Math.max(nearX + ((x & 1) == 0 ? -1 : 1), 0), lastX);
      int farY = Math.min(Math.max(nearY + ((y & 1) == 0 ? -1 : 1), 0), lastY);
      int near = 9 * plane.at(nearX, nearY) + 3 * plane.at(farX, nearY);
      return near + 3 * plane.at(nearX, farY) + plane.at(farX, farY) + 8 >> 4;
    }
  }
}
