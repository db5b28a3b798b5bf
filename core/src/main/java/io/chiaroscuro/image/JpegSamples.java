package io.chiaroscuro.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/**
 * JPEG as libjpeg decodes it. The JDK's reader is libjpeg too, but in front of it stand guesses at
 * colour spaces and the embedded profile; so it is given the bare picture without application
 * segments, asked for the raw samples, and these are converted here by libjpeg's rules.
 */
final class JpegSamples {

  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;

  private enum Coding {
    GREY,
    RGB,
    YCC,
    /** Inverted, as Adobe writes it: 255 is no ink. */
    CMYK,
    YCCK
  }

  private final byte[] bytes;
  private final ByteArrayOutputStream bare;
  private boolean hasJfif;
  private int adobeTransform = -1;
  private int[] componentIds = {};
  private boolean endMissing;

  private JpegSamples(byte[] bytes) throws IOException {
    this.bytes = bytes;
    this.bare = new ByteArrayOutputStream(bytes.length);
    int scan = parseSegments();
    bare.write(bytes, scan, bytes.length - scan);
    endMissing = !containsEnd(scan);
    if (endMissing) {
      bare.write(0xff);
      bare.write(EOI);
    }
  }

  static RgbImage decode(byte[] bytes) throws IOException {
    var jpeg = new JpegSamples(bytes);
    ImageReader reader = reader();
    var warnings = new AtomicInteger();
    reader.addIIOReadWarningListener((source, warning) -> warnings.incrementAndGet());
    Raster raster =
        ImageDecoder.read(reader, jpeg.bare.toByteArray(), () -> reader.readRaster(0, null));
    // A lost end marker alone does no harm; with samples missing as well the file was cut.
    if (jpeg.endMissing && warnings.get() > 0) {
      throw new EOFException();
    }
    return toRgb(raster, jpeg.coding(raster.getNumBands()));
  }

  static ImageSize size(byte[] bytes) throws IOException {
    return ImageDecoder.size(reader(), new JpegSamples(bytes).bare.toByteArray());
  }

  private static ImageReader reader() {
    return ImageIO.getImageReadersByFormatName("JPEG").next();
  }

  /** Copies what decoding needs up to the first scan; returns where that starts. */
  private int parseSegments() throws IOException {
    bare.write(0xff);
    bare.write(SOI);
    int at = 2;
    while (at + 4 <= bytes.length) {
      if ((bytes[at] & 0xff) != 0xff || (bytes[at + 1] & 0xff) == 0xff || bytes[at + 1] == 0) {
        // Fill bytes, and rubbish that libjpeg skips too.
        at++;
        continue;
      }
      int marker = bytes[at + 1] & 0xff;
      if (marker == SOS) {
        return at;
      }
      int length = (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
      if (at + 2 + length > bytes.length || length < 2) {
        break;
      }
      note(marker, at + 4, length - 2);
      if (!(marker >= APP0 && marker <= APP15) && marker != COM) {
        bare.write(bytes, at, 2 + length);
      }
      at += 2 + length;
    }
    throw new EOFException();
  }

  private void note(int marker, int start, int length) {
    if (marker == APP0 && startsWith(start, length, "JFIF\0")) {
      hasJfif = true;
    } else if (marker == APP14 && startsWith(start, length, "Adobe") && length >= 12) {
      adobeTransform = bytes[start + 11] & 0xff;
    } else if (isFrameHeader(marker) && length >= 6) {
      componentIds = new int[Math.min(bytes[start + 5] & 0xff, (length - 6) / 3)];
      for (int i = 0; i < componentIds.length; i++) {
        componentIds[i] = bytes[start + 6 + 3 * i] & 0xff;
      }
    }
  }

  /** SOF0 to SOF15; DHT, JPG and DAC have numbers among them. */
  private static boolean isFrameHeader(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private boolean startsWith(int start, int length, String text) {
    if (length < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[start + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean containsEnd(int from) {
    for (int i = bytes.length - 2; i >= from; i--) {
      if ((bytes[i] & 0xff) == 0xff && (bytes[i + 1] & 0xff) == EOI) {
        return true;
      }
    }
    return false;
  }

  /** libjpeg's reading of the markers, in its order of trust. */
  private Coding coding(int bands) throws IOException {
    return switch (bands) {
      case 1 -> Coding.GREY;
      case 3 -> {
        boolean rgb =
            !hasJfif
                && (adobeTransform == 0
                    || adobeTransform < 0 && componentIds.length == 3 && isNamedRgb());
        yield rgb ? Coding.RGB : Coding.YCC;
      }
      case 4 -> adobeTransform <= 0 ? Coding.CMYK : Coding.YCCK;
      default -> throw new IOException("%d colour channels are not supported".formatted(bands));
    };
  }

  private boolean isNamedRgb() {
    return componentIds[0] == 'R' && componentIds[1] == 'G' && componentIds[2] == 'B';
  }

  private static RgbImage toRgb(Raster raster, Coding coding) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    int[] row = new int[bands * width];
    int[] pixel = new int[3];
    int o = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int i = 0; i < row.length; i += bands, o += 3) {
        switch (coding) {
          case GREY -> {
            pixel[0] = row[i];
            pixel[1] = row[i];
            pixel[2] = row[i];
          }
          case RGB, CMYK -> System.arraycopy(row, i, pixel, 0, 3);
          case YCC, YCCK -> convertYcc(row[i], row[i + 1] - 128, row[i + 2] - 128, pixel);
        }
        for (int channel = 0; channel < 3; channel++) {
          int value = pixel[channel];
          rgb[o + channel] =
              (byte)
                  switch (coding) {
                    case CMYK -> Samples.inkOnPaper(255 - value, 255 - row[i + 3]);
                    case YCCK -> Samples.inkOnPaper(value, 255 - row[i + 3]);
                    default -> value;
                  };
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /**
   * JFIF's equations with 16 fractional bits, halves rounded up: R = Y + 1.402 Cr, G = Y - 0.344136
   * Cb - 0.714136 Cr, B = Y + 1.772 Cb.
   */
  private static void convertYcc(int y, int cb, int cr, int[] rgb) {
    rgb[0] = clamped(y + (91_881 * cr + 32_768 >> 16));
    rgb[1] = clamped(y + (-22_554 * cb - 46_802 * cr + 32_768 >> 16));
    rgb[2] = clamped(y + (116_130 * cb + 32_768 >> 16));
  }

  private static int clamped(int value) {
    return Math.min(Math.max(value, 0), 255);
  }
}
