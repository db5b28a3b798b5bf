package io.chiaroscuro.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A picture's size as it is typed: {@code 512} for a square, {@code 768x512} for width by height.
 *
 * @param width in pixels
 * @param height in pixels
 */
record ImageSize(int width, int height) {

  /** Parses the option's value. */
  static final class Converter implements ITypeConverter<ImageSize> {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:[xX](\\d{1,5}))?");

    @Override
    public ImageSize convert(String value) {
      Matcher size = SIZE.matcher(value);
      if (!size.matches()) {
        throw new TypeConversionException(
            "'%s' is not a size; write 512, or 768x512 for width by height".formatted(value));
      }
      int width = Integer.parseInt(size.group(1));
      return new ImageSize(width, size.group(2) == null ? width : Integer.parseInt(size.group(2)));
    }
  }
}
