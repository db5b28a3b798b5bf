package io.chiaroscuro.analysis;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The Fourier spectrum of images, by the length of the waves.
 *
 * <p>The transform is the orthonormal one, over the last two axes: white noise of variance 1 has
 * power 1 at every frequency, a constant image c has {@code c^2 h w} at (0, 0). The frequency (u,
 * v), in waves along the image's height and width, has the radius {@code k = max(h, w) sqrt((u /
 * h)^2 + (v / w)^2)}: a wave's length alone decides on its band, not its direction.
 *
 * @param height h
 * @param width w
 */
public record Spectrum(int height, int width) {

  public Spectrum {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("No image has %d x %d.".formatted(height, width));
    }
  }

  /** The spectrum of images (..., h, w) of this size. */
  public static Spectrum of(Tensor images) {
    long[] shape = Tensors.shape(images);
    return new Spectrum((int) shape[shape.length - 2], (int) shape[shape.length - 1]);
  }

  /** The bands that hold a frequency: images of few pixels have no short waves. */
  public List<FrequencyBand> bands() {
    return FrequencyBand.ALL.stream().filter(band -> frequencies(band) > 0).toList();
  }

  /** How many frequencies lie in {@code band}; those of all bands together are {@code h w}. */
  public long frequencies(FrequencyBand band) {
    try (var scope = new TensorScope()) {
      return mask(band).sum().item_long();
    }
  }

  /**
   * What of {@code images} lies in {@code band}; the parts in all bands add up to the images.
   *
   * @param images (..., h, w), real
   * @return the same shape, float64
   */
  public Tensor part(Tensor images, FrequencyBand band) {
    try (var scope = new TensorScope()) {
      Tensor kept = transformed(images).mul(mask(band));
      return scope.keep(
          torch.real(torch.fft_ifft2(kept)).mul(new Scalar(Math.sqrt((double) height * width))));
    }
  }

  /**
   * The mean of {@code |F|^2} over the frequencies of {@code band} and over the images and their
   * channels: 1 for white noise.
   *
   * @param images (..., h, w), real
   */
  public double power(Tensor images, FrequencyBand band) {
    try (var scope = new TensorScope()) {
      Tensor energies = transformed(images).abs().square().mul(mask(band));
      double channels = (double) energies.numel() / height / width;
      return energies.sum().item_double() / channels / frequencies(band);
    }
  }

  private Tensor transformed(Tensor images) {
    if (!of(images).equals(this)) {
      throw new IllegalArgumentException(
          "This spectrum is of images (..., %d, %d), not %s."
              .formatted(height, width, Arrays.toString(Tensors.shape(images))));
    }
    return torch
        .fft_fft2(images.to(DType.FLOAT64.torch()))
        .div(new Scalar(Math.sqrt((double) height * width)));
  }

  /** (h, w), 1 where a frequency lies in {@code band}, else 0. */
  private Tensor mask(FrequencyBand band) {
    Tensor rows = wavesAlongLongerSide(height).square().unsqueeze(1);
    Tensor columns = wavesAlongLongerSide(width).square().unsqueeze(0);
    Tensor k = rows.add(columns).sqrt();
    return k.ge(new Scalar(band.from()))
        .logical_and(k.lt(new Scalar(band.to())))
        .to(DType.FLOAT64.torch());
  }

  /** (side), of the frequencies in the transform's order: from 0 up, then the negative ones. */
  private Tensor wavesAlongLongerSide(int side) {
    double[] waves = new double[side];
    for (int i = 0; i < side; i++) {
      waves[i] = (double) Math.min(i, side - i) * Math.max(height, width) / side;
    }
    return Tensors.of(waves, side);
  }
}
