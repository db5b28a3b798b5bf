package io.chiaroscuro.image;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** An sRGB image of 8 bits a channel. Nothing in this project changes one once it is made. */
public final class RgbImage {

  private final int width;
  private final int height;
  private final byte[] rgb;

  /**
   * @param rgb rows from the top, in each pixels from the left, in each red, green, blue; kept, not
   *     copied: the caller gives it away
   */
  public RgbImage(int width, int height, byte[] rgb) {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "%d bytes are no RGB image of %dx%d.".formatted(rgb.length, width, height));
    }
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /** One colour everywhere, each channel 0..255. */
  public static RgbImage solid(int width, int height, int red, int green, int blue) {
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return new RgbImage(width, height, rgb);
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /**
   * The image's own bytes, laid out as in {@linkplain #RgbImage the constructor}: read them, never
   * write.
   */
  public byte[] rgb() {
    return rgb;
  }

  /** A channel's value, 0..255; channels are 0 red, 1 green, 2 blue. */
  public int value(int x, int y, int channel) {
    return rgb[3 * (y * width + x) + channel] & 0xff;
  }

  /** A copy for Java's own imaging, of type {@code TYPE_3BYTE_BGR}. */
  public BufferedImage toBufferedImage() {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < rgb.length; i += 3) {
      bgr[i] = rgb[i + 2];
      bgr[i + 1] = rgb[i + 1];
      bgr[i + 2] = rgb[i];
    }
    return image;
  }

  /** The image as a VAE takes it: (1, 3, height, width), float32 on the CPU, in [-1, 1]. */
  public Tensor toTensor() {
    return toTensor(List.of(this));
  }

  /**
   * A batch as a VAE takes it: (n, 3, height, width), float32 on the CPU; {@code 2 (value / 255) -
   * 1}, rounded after each step as torchvision's {@code ToTensor} and {@code Normalize(0.5, 0.5)}
   * do.
   *
   * @param images at least one, all of one size
   */
  public static Tensor toTensor(List<RgbImage> images) {
    RgbImage first = images.get(0);
    int plane = first.width * first.height;
    float[] values = new float[Math.multiplyExact(3 * plane, images.size())];
    int offset = 0;
    for (RgbImage image : images) {
      if (image.width != first.width || image.height != first.height) {
        throw new IllegalArgumentException(
            "A batch holds images of one size, not %s and %s.".formatted(first, image));
      }
      for (int channel = 0; channel < 3; channel++) {
        for (int i = channel; i < image.rgb.length; i += 3) {
          values[offset++] = (image.rgb[i] & 0xff) / 255f * 2f - 1f;
        }
      }
    }
    return Tensors.of(values, images.size(), 3, first.height, first.width);
  }

  /**
   * The images a VAE decoded, as diffusers' {@code VaeImageProcessor} rounds them: {@code x / 2 +
   * 0.5} clamped to [0, 1], computed in the tensor's own type, then times 255 in float32 and
   * rounded to the nearest (halves to even). NaN becomes black.
   *
   * @param batch (n, 3, height, width) or (3, height, width) on any device, in [-1, 1]
   */
  public static List<RgbImage> fromTensor(Tensor batch) {
    long[] shape = Tensors.shape(batch);
    if (shape.length < 3 || shape.length > 4 || shape[shape.length - 3] != 3) {
      throw new IllegalArgumentException(
          "Images have the shape (n, 3, height, width), not %s.".formatted(Arrays.toString(shape)));
    }
    int height = Math.toIntExact(shape[shape.length - 2]);
    int width = Math.toIntExact(shape[shape.length - 1]);
    float[] values;
    try (var scope = new TensorScope()) {
      Tensor unit =
          batch
              .mul(new Scalar(0.5))
              .add(new Scalar(0.5))
              .clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
      values = Tensors.floats(Tensors.to(unit, Device.CPU, DType.FLOAT32));
    }
    int plane = width * height;
    List<RgbImage> images = new ArrayList<>();
    for (int start = 0; start < values.length; start += 3 * plane) {
      byte[] rgb = new byte[3 * plane];
      for (int channel = 0; channel < 3; channel++) {
        for (int i = 0; i < plane; i++) {
          rgb[3 * i + channel] = (byte) Math.rint(values[start + channel * plane + i] * 255f);
        }
      }
      images.add(new RgbImage(width, height, rgb));
    }
    return List.copyOf(images);
  }

  /** The size, for messages: {@code 640x480}. */
  @Override
  public String toString() {
    return width + "x" + height;
  }
}
