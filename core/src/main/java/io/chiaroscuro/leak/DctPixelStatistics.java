package io.chiaroscuro.leak;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/**
 * A full Gaussian over the lowest frequencies of all channels, and mean and variance of every
 * element of the remainder.
 *
 * @param basis the n frequencies that are modelled jointly
 * @param lowFrequencies their Gaussian: mean (n C,) and covariance (n C, n C), component-major
 * @param meanHfRemainder (C, h, w), float64
 * @param varHfRemainder (C, h, w), float64, unbiased
 * @param provenance where they come from, by name: every run has it in the same order
 */
public record DctPixelStatistics(
    LowFrequencyBasis basis,
    Gaussian lowFrequencies,
    Tensor meanHfRemainder,
    Tensor varHfRemainder,
    Map<String, String> provenance)
    implements LeakStatistics {

  static final String MEAN_LF = "mean_lf_components";
  static final String COVARIANCE_LF = "cov_lf_components";
  static final String MEAN_HF = "mean_hf_remainder";
  static final String VARIANCE_HF = "var_hf_remainder";

  /** Takes over the Gaussian, copies the tensors. */
  public DctPixelStatistics {
    try (var scope = new TensorScope()) {
      meanHfRemainder = scope.own(meanHfRemainder.to(DType.FLOAT64.torch()).clone());
      varHfRemainder = scope.own(varHfRemainder.to(DType.FLOAT64.torch()).clone());
    }
    provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
  }

  /** Mean of the coefficients, (n C,), component-major, float64. */
  public Tensor meanLfComponents() {
    return lowFrequencies.mean();
  }

  /** Covariance of the coefficients, (n C, n C), component-major, float64, unbiased. */
  public Tensor covLfComponents() {
    return lowFrequencies.covariance();
  }

  @Override
  public StatisticType type() {
    return StatisticType.DCT_PIXEL;
  }

  @Override
  public LatentShape shape() {
    try (var scope = new TensorScope()) {
      return LatentShape.of(meanHfRemainder.unsqueeze(0));
    }
  }

  /** Whether the Gaussian covers {@code component}. */
  public boolean models(Component component) {
    return basis.frequencies().contains(component.frequency());
  }

  /** The place of a modelled component in {@link #meanLfComponents}: component * C + channel. */
  int index(Component component) {
    return basis.frequencies().indexOf(component.frequency()) * shape().channels()
        + component.channel();
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Map.of(
        MEAN_LF,
        meanLfComponents(),
        COVARIANCE_LF,
        covLfComponents(),
        MEAN_HF,
        meanHfRemainder,
        VARIANCE_HF,
        varHfRemainder);
  }

  @Override
  public Tensor meanLatents() {
    try (var scope = new TensorScope()) {
      Tensor low = basis.inverse(meanLfComponents().unsqueeze(0));
      return scope.keep(low.add(meanHfRemainder.unsqueeze(0)));
    }
  }

  @Override
  public LeakSummary summary() {
    return LeakSummary.of(this);
  }

  /** The frequencies as they are written, (n, 2), int64. */
  static Tensor indices(LowFrequencyBasis basis) {
    List<Frequency> frequencies = basis.frequencies();
    long[] values = new long[2 * frequencies.size()];
    for (int i = 0; i < frequencies.size(); i++) {
      values[2 * i] = frequencies.get(i).u();
      values[2 * i + 1] = frequencies.get(i).v();
    }
    return Tensors.of(values, frequencies.size(), 2);
  }

  @Override
  public void close() {
    lowFrequencies.close();
    meanHfRemainder.close();
    varHfRemainder.close();
  }
}
