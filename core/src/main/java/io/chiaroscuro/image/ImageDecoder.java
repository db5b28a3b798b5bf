package io.chiaroscuro.image;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads JPEG, PNG, WebP, BMP, GIF and TIFF files, told apart by what is in them. Of animations it
 * is the first frame.
 *
 * <p>The reference is Pillow's {@code Image.open(file).convert("RGB")}: colour profiles and gamma
 * are ignored, CMYK is converted by {@code (255 - c) (255 - k) / 255}, of 16 bits the upper 8 are
 * kept. Two differences: pictures are turned upright as their EXIF orientation says, unless asked
 * otherwise, and transparency is laid over white where Pillow drops it. Thread-safe; nothing is
 * cached on disk.
 */
public final class ImageDecoder {

  /**
   * More pixels than this are refused before any is decoded, since a small file may claim billions:
   * the number at which Pillow, too, takes an image for a decompression bomb.
   */
  public static final long MAX_PIXELS = 178_956_970;

  /** Whether a camera's note of how it was held turns the picture. */
  public enum Orientation {
    /** Upright, as the EXIF orientation says. */
    UPRIGHT,
    /** As the pixels are stored. */
    AS_STORED
  }

  private ImageDecoder() {}

  /** The image, {@linkplain Orientation#UPRIGHT upright}. */
  public static RgbImage decode(Path file) {
    return decode(file, Orientation.UPRIGHT);
  }

  /**
   * @throws InvalidInputException if the file is missing, empty, of no known format, truncated,
   *     otherwise broken or larger than {@link #MAX_PIXELS}
   */
  public static RgbImage decode(Path file, Orientation orientation) {
    return decode(read(file), file.toString(), orientation);
  }

  /**
   * The image in a file's bytes, {@linkplain Orientation#UPRIGHT upright}.
   *
   * @param name of the image, for messages
   * @throws InvalidInputException as of a file
   */
  public static RgbImage decode(byte[] bytes, String name) {
    return decode(bytes, name, Orientation.UPRIGHT);
  }

  /** As {@link #decode(Path, Orientation)}, of a file's bytes. */
  public static RgbImage decode(byte[] bytes, String name, Orientation orientation) {
    return interpret(
        name,
        bytes,
        orientation == Orientation.AS_STORED ? ImageDecoder::decode : ImageDecoder::upright);
  }

  private static RgbImage upright(ImageFormat format, byte[] bytes) throws IOException {
    return ExifOrientation.of(format, bytes).upright(decode(format, bytes));
  }

  /**
   * The size that {@link #decode(Path)} yields, from the file's header alone: broken samples go
   * unnoticed.
   *
   * @throws InvalidInputException if the file is missing, empty, of no known format, its header
   *     broken, or the picture larger than {@link #MAX_PIXELS}
   */
  public static ImageSize size(Path file) {
    return size(read(file), file.toString());
  }

  /**
   * As {@link #size(Path)}, of a file's bytes.
   *
   * @param name of the image, for messages
   */
  public static ImageSize size(byte[] bytes, String name) {
    return interpret(
        name,
        bytes,
        (format, data) -> ExifOrientation.of(format, data).upright(size(format, data)));
  }

  private static <T> T interpret(String file, byte[] bytes, Interpretation<T> interpretation) {
    ImageFormat format = ImageFormat.of(bytes);
    if (format == null) {
      throw new InvalidInputException(
          bytes.length == 0
              ? "The image '%s' is empty; remove or replace it.".formatted(file)
              : "'%s' is no JPEG, PNG, WebP, BMP, GIF or TIFF image; convert or remove it."
                  .formatted(file));
    }
    try {
      return interpretation.of(format, bytes);
    } catch (ImageTooLargeException e) {
      throw new InvalidInputException(
          "The image '%s' claims %dx%d pixels, more than the %d that are decoded; scale it down."
              .formatted(file, e.width, e.height, MAX_PIXELS),
          e);
    } catch (OutOfMemoryError e) {
      throw new InvalidInputException(
          "The image '%s' does not fit into the Java heap; raise -Xmx or scale it down."
              .formatted(file),
          e);
    } catch (LinkageError e) {
      throw new InvalidInputException(
          "The %s image '%s' needs native code that does not load here; convert it to PNG, or name by -Djava.io.tmpdir a folder that code may be run from."
              .formatted(format, file),
          e);
    } catch (IOException | RuntimeException e) {
      // Readers meet broken data with whatever exception the data happens to provoke.
      throw new InvalidInputException(
          "The %s image '%s' cannot be decoded (%s); it may be truncated or damaged."
              .formatted(format, file, reason(e)),
          e);
    }
  }

  private static byte[] read(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new InvalidInputException("'%s' is a folder, not an image.".formatted(file));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read the image '%s' (%s).".formatted(file, AtomicFile.reason(e)), e);
    } catch (OutOfMemoryError e) {
      throw new InvalidInputException(
          "The file '%s' is too large for an image; it does not fit into memory.".formatted(file),
          e);
    }
  }

  private static RgbImage decode(ImageFormat format, byte[] bytes) throws IOException {
    return switch (format) {
      case JPEG -> JpegSamples.decode(bytes);
      case WEBP -> WebpSamples.decode(bytes);
      default -> {
        ImageReader reader = reader(format);
        yield Samples.toRgb(read(reader, bytes, () -> reader.read(0)));
      }
    };
  }

  private static ImageSize size(ImageFormat format, byte[] bytes) throws IOException {
    return switch (format) {
      case JPEG -> JpegSamples.size(bytes);
      case WEBP -> WebpSamples.size(bytes);
      default -> size(reader(format), bytes);
    };
  }

  /** What {@code reader} takes from the header. */
  static ImageSize size(ImageReader reader, byte[] bytes) throws IOException {
    return read(reader, bytes, () -> new ImageSize(reader.getWidth(0), reader.getHeight(0)));
  }

  private static ImageReader reader(ImageFormat format) {
    return ImageIO.getImageReadersByFormatName(format.name()).next();
  }

  /** What {@code reading} yields once {@code reader} stands before {@code bytes} of a fit size. */
  static <T> T read(ImageReader reader, byte[] bytes, Reading<T> reading) throws IOException {
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      // Not looking back and without metadata: nothing but the first image's samples is parsed.
      reader.setInput(input, true, true);
      requireFits(reader.getWidth(0), reader.getHeight(0));
      return reading.run();
    } finally {
      reader.dispose();
    }
  }

  private static void requireFits(int width, int height) throws IOException {
    if ((long) width * height > MAX_PIXELS) {
      throw new ImageTooLargeException(width, height);
    }
  }

  /** What is made of a file's bytes. */
  @FunctionalInterface
  private interface Interpretation<T> {
    T of(ImageFormat format, byte[] bytes) throws IOException;
  }

  /** Takes something from a reader. */
  @FunctionalInterface
  interface Reading<T> {
    T run() throws IOException;
  }

  private static String reason(Exception e) {
    if (e instanceof EOFException) {
      return "it ends too early";
    }
    return e instanceof IOException && e.getMessage() != null
        ? e.getMessage().replaceAll("\\s+", " ").replaceAll("[.!: ]+$", "")
        : "its data contradict themselves";
  }

  private static final class ImageTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int width;
    private final int height;

    ImageTooLargeException(int width, int height) {
      this.width = width;
      this.height = height;
    }
  }
}
