package io.chiaroscuro.leak;

import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;

/**
 * What statistics model and imply, for a reader.
 *
 * @param type what is modelled
 * @param imageCount number of images behind them, where the file says it
 * @param shape the latents modelled
 * @param frequencies those modelled jointly; none for {@code pixel}
 * @param channelMeans per channel, the expected mean of a leak over the picture
 * @param channelSpreads per channel, the standard deviation of that mean from leak to leak
 */
public record LeakSummary(
    StatisticType type,
    OptionalLong imageCount,
    LatentShape shape,
    List<Frequency> frequencies,
    List<Double> channelMeans,
    List<Double> channelSpreads) {

  /** Elements are independent: the mean's variance is the sum of theirs over {@code (h w)^2}. */
  static LeakSummary of(PixelStatistics statistics) {
    LatentShape shape = statistics.shape();
    double[] means = sums(statistics.meanPixels());
    double[] variances = sums(statistics.varPixels());
    Double[] spreads = new Double[means.length];
    Double[] averages = new Double[means.length];
    for (int c = 0; c < means.length; c++) {
      averages[c] = means[c] / shape.area();
      spreads[c] = Math.sqrt(variances[c]) / shape.area();
    }
    return new LeakSummary(
        statistics.type(),
        statistics.imageCount(),
        shape,
        List.of(),
        List.of(averages),
        List.of(spreads));
  }

  /** The mean is the DC coefficient over {@code sqrt(h w)}, to which the remainder adds. */
  static LeakSummary of(DctPixelStatistics statistics) {
    LatentShape shape = statistics.shape();
    double[] means = sums(statistics.meanHfRemainder());
    double[] variances = sums(statistics.varHfRemainder());
    double[] lfMeans = Tensors.doubles(statistics.meanLfComponents());
    double[] lfVariances;
    try (var scope = new TensorScope()) {
      lfVariances = Tensors.doubles(statistics.covLfComponents().diagonal());
    }
    Double[] spreads = new Double[means.length];
    Double[] averages = new Double[means.length];
    for (int c = 0; c < means.length; c++) {
      double mean = means[c] / shape.area();
      double variance = variances[c] / shape.area() / shape.area();
      Component dc = new Component(c, 0, 0);
      if (statistics.models(dc)) {
        mean += lfMeans[statistics.index(dc)] / Math.sqrt(shape.area());
        variance += lfVariances[statistics.index(dc)] / shape.area();
      }
      averages[c] = mean;
      spreads[c] = Math.sqrt(variance);
    }
    return new LeakSummary(
        statistics.type(),
        statistics.imageCount(),
        shape,
        statistics.basis().frequencies(),
        List.of(averages),
        List.of(spreads));
  }

  private static double[] sums(Tensor perElement) {
    try (var scope = new TensorScope()) {
      return Tensors.doubles(perElement.sum(1, 2));
    }
  }
}
