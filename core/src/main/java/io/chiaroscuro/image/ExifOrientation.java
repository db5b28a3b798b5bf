package io.chiaroscuro.image;

import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.tiff.TiffMetadataReader;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/**
 * How a stored picture is turned to stand upright.
 *
 * @param value EXIF tag 0x0112, 1..8: where the stored row 0 and column 0 belong
 */
record ExifOrientation(int value) {

  private static final ExifOrientation NORMAL = new ExifOrientation(1);

  /** What the file says; {@code NORMAL} where it says nothing or nothing sensible. */
  static ExifOrientation of(ImageFormat format, byte[] bytes) {
    try {
      for (var directory : metadata(format, bytes).getDirectoriesOfType(ExifIFD0Directory.class)) {
        Integer value = directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
        if (value != null) {
          return value >= 1 && value <= 8 ? new ExifOrientation(value) : NORMAL;
        }
      }
      return NORMAL;
    } catch (Exception e) {
      // The picture itself is sound; a note about it that is not cannot be a reason to refuse it.
      return NORMAL;
    }
  }

  private static Metadata metadata(ImageFormat format, byte[] bytes) throws Exception {
    return switch (format) {
      case JPEG ->
          JpegMetadataReader.readMetadata(
              new ByteArrayInputStream(bytes), List.of(new ExifReader()));
      case WEBP -> WebpMetadataReader.readMetadata(new ByteArrayInputStream(bytes));
      case TIFF -> TiffMetadataReader.readMetadata(new ByteArrayReader(bytes));
      case PNG -> ofPng(bytes);
      case BMP, GIF -> new Metadata();
    };
  }

  private static Metadata ofPng(byte[] bytes) throws IOException {
    var metadata = new Metadata();
    for (PngChunk chunk : PngChunk.parse(bytes)) {
      if (chunk.type().equals("eXIf")) {
        new ExifReader().extract(new ByteArrayReader(chunk.data()), metadata);
      }
    }
    return metadata;
  }

  ImageSize upright(ImageSize stored) {
    return isTransposed() ? new ImageSize(stored.height(), stored.width()) : stored;
  }

  private boolean isTransposed() {
    return value >= 5;
  }

  RgbImage upright(RgbImage stored) {
    if (value == 1) {
      return stored;
    }
    boolean transposed = isTransposed();
    int width = transposed ? stored.height() : stored.width();
    int height = transposed ? stored.width() : stored.height();
    byte[] in = stored.rgb();
    byte[] out = new byte[in.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = transposed ? y : x;
        int row = transposed ? x : y;
        boolean fromRight = value == 2 || value == 3 || value == 7 || value == 8;
        boolean fromBottom = value == 3 || value == 4 || value == 6 || value == 7;
        int sourceX = fromRight ? stored.width() - 1 - column : column;
        int sourceY = fromBottom ? stored.height() - 1 - row : row;
        System.arraycopy(in, 3 * (sourceY * stored.width() + sourceX), out, 3 * (y * width + x), 3);
      }
    }
    return new RgbImage(width, height, out);
  }
}
