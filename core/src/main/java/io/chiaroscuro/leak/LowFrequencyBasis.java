package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Some frequencies of the orthonormal two-dimensional DCT-II over the last two axes of latents.
 *
 * <p>The coefficient of x at (u, v) is {@code sum_ij a_u(i) b_v(j) x_ij} with {@code a_u(i) = s_u
 * cos(pi (2 i + 1) u / 2 h)}, {@code s_0 = sqrt(1 / h)}, else {@code s_u = sqrt(2 / h)}, and b
 * alike over the width: so white noise has variance 1 in every coefficient, and the one at (0, 0)
 * is the channel's mean times {@code sqrt(h w)}.
 *
 * <p>Coefficients are flattened component-major, {@code index = component * C + channel}, where
 * component counts {@link #frequencies}. All results are float64.
 *
 * @param height h
 * @param width w
 * @param frequencies the frequencies kept, in their order; all different, within h x w
 */
public record LowFrequencyBasis(int height, int width, List<Frequency> frequencies) {

  public LowFrequencyBasis {
    frequencies = List.copyOf(frequencies);
    for (Frequency f : frequencies) {
      if (f.u() < 0 || f.u() >= height || f.v() < 0 || f.v() >= width) {
        throw new InvalidInputException(
            "The frequency (%d, %d) does not exist in latents of %d x %d; u counts from 0 to %d and v from 0 to %d."
                .formatted(f.u(), f.v(), height, width, height - 1, width - 1));
      }
    }
    if (frequencies.isEmpty() || new HashSet<>(frequencies).size() != frequencies.size()) {
      throw new InvalidInputException(
          "The %d frequencies of a basis must be at least one and all different."
              .formatted(frequencies.size()));
    }
  }

  /**
   * The {@code components} lowest frequencies, {@linkplain Frequency#LOWEST_FIRST by sqrt(u^2 +
   * v^2), then u, then v}.
   *
   * @throws InvalidInputException unless {@code 1 <= components <= height * width}
   */
  public static LowFrequencyBasis lowest(int height, int width, int components) {
    if (components < 1 || components > (long) height * width) {
      throw new InvalidInputException(
          "n-components is %d; latents of %d x %d have between 1 and %d frequencies."
              .formatted(components, height, width, (long) height * width));
    }
    List<Frequency> all = new ArrayList<>(height * width);
    for (int u = 0; u < height; u++) {
      for (int v = 0; v < width; v++) {
        all.add(new Frequency(u, v));
      }
    }
    all.sort(Frequency.LOWEST_FIRST);
    return new LowFrequencyBasis(height, width, all.subList(0, components));
  }

  /** How many frequencies are kept: n. */
  public int components() {
    return frequencies.size();
  }

  /** The coefficients (B, n C) of {@code latents} (B, C, h, w). */
  public Tensor coefficients(Tensor latents) {
    requireFits(latents);
    long[] shape = Tensors.shape(latents);
    try (var scope = new TensorScope()) {
      Tensor spectrum =
          rows().matmul(latents.to(DType.FLOAT64.torch())).matmul(columns().transpose(0, 1));
      return scope.keep(
          spectrum
              .reshape(shape[0], shape[1], (long) maxU() * maxV())
              .index_select(2, places())
              .transpose(1, 2)
              .reshape(shape[0], components() * shape[1]));
    }
  }

  /** The coefficients of {@code latents} (1, C, h, w) by name, component-major. */
  public Map<Component, Double> components(Tensor latents) {
    int channels = LatentShape.of(latents).channels();
    double[] coefficients;
    try (var scope = new TensorScope()) {
      coefficients = Tensors.doubles(coefficients(latents));
    }
    if (coefficients.length != components() * channels) {
      throw new IllegalArgumentException("Components are those of one picture, not of a batch.");
    }
    Map<Component, Double> components = new LinkedHashMap<>();
    for (int i = 0; i < coefficients.length; i++) {
      components.put(new Component(i % channels, frequencies.get(i / channels)), coefficients[i]);
    }
    return components;
  }

  /** The latents (B, C, h, w) that have the given coefficients (B, n C) and no others. */
  public Tensor inverse(Tensor coefficients) {
    long batch = coefficients.size(0);
    long channels = coefficients.size(1) / components();
    try (var scope = new TensorScope()) {
      Tensor values =
          coefficients
              .to(DType.FLOAT64.torch())
              .reshape(batch, components(), channels)
              .transpose(1, 2);
      Tensor spectrum =
          Tensors.zeros(DType.FLOAT64, batch, channels, (long) maxU() * maxV())
              .index_add(2, places(), values)
              .reshape(batch, channels, maxU(), maxV());
      return scope.keep(rows().transpose(0, 1).matmul(spectrum).matmul(columns()));
    }
  }

  /** What of {@code latents} (B, C, h, w) lies in these frequencies, (B, C, h, w). */
  public Tensor lowFrequencyPart(Tensor latents) {
    try (var scope = new TensorScope()) {
      return scope.keep(inverse(coefficients(latents)));
    }
  }

  /** {@code latents} (B, C, h, w) without these frequencies, (B, C, h, w). */
  public Tensor remainder(Tensor latents) {
    try (var scope = new TensorScope()) {
      return scope.keep(latents.to(DType.FLOAT64.torch()).sub(lowFrequencyPart(latents)));
    }
  }

  private void requireFits(Tensor latents) {
    long[] shape = Tensors.shape(latents);
    if (shape.length != 4 || shape[2] != height || shape[3] != width) {
      throw new IllegalArgumentException(
          "This basis is for latents (B, C, %d, %d), not %s."
              .formatted(height, width, Arrays.toString(shape)));
    }
  }

  /** Only the corner of the spectrum that holds the frequencies is ever computed. */
  private int maxU() {
    return 1 + frequencies.stream().mapToInt(Frequency::u).max().orElseThrow();
  }

  private int maxV() {
    return 1 + frequencies.stream().mapToInt(Frequency::v).max().orElseThrow();
  }

  private Tensor rows() {
    return cosines(maxU(), height);
  }

  private Tensor columns() {
    return cosines(maxV(), width);
  }

  /** The frequencies' places in the flattened corner. */
  private Tensor places() {
    int stride = maxV();
    return Tensors.of(
        frequencies.stream().mapToLong(f -> (long) f.u() * stride + f.v()).toArray(), components());
  }

  private static Tensor cosines(int count, int length) {
    double[] values = new double[count * length];
    for (int k = 0; k < count; k++) {
      double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / length);
      for (int i = 0; i < length; i++) {
        values[k * length + i] = scale * Math.cos(Math.PI * (2 * i + 1) * k / (2.0 * length));
      }
    }
    return Tensors.of(values, count, length);
  }
}
