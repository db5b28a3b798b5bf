package io.chiaroscuro.image;

/**
 * How large an image is.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record ImageSize(int width, int height) {

  public ImageSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("No image has the size %dx%d.".formatted(width, height));
    }
  }

  /** The size, for messages: {@code 640x480}. */
  @Override
  public String toString() {
    return width + "x" + height;
  }
}
