package io.chiaroscuro.leak;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Mean and variance of every latent element.
 *
 * @param meanPixels (C, h, w), float64
 * @param varPixels (C, h, w), float64, unbiased
 * @param provenance where they come from, by name: every run has it in the same order
 */
public record PixelStatistics(Tensor meanPixels, Tensor varPixels, Map<String, String> provenance)
    implements LeakStatistics {

  static final String MEAN = "mean_pixels";
  static final String VARIANCE = "var_pixels";

  /** Copies the tensors. */
  public PixelStatistics {
    try (var scope = new TensorScope()) {
      meanPixels = scope.own(meanPixels.to(DType.FLOAT64.torch()).clone());
      varPixels = scope.own(varPixels.to(DType.FLOAT64.torch()).clone());
    }
    provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
  }

  @Override
  public StatisticType type() {
    return StatisticType.PIXEL;
  }

  @Override
  public LatentShape shape() {
    try (var scope = new TensorScope()) {
      return LatentShape.of(meanPixels.unsqueeze(0));
    }
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Map.of(MEAN, meanPixels, VARIANCE, varPixels);
  }

  @Override
  public Tensor meanLatents() {
    return meanPixels.unsqueeze(0).clone();
  }

  @Override
  public LeakSummary summary() {
    return LeakSummary.of(this);
  }

  @Override
  public void close() {
    meanPixels.close();
    varPixels.close();
  }
}
