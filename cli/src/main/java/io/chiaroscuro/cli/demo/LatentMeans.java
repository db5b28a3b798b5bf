package io.chiaroscuro.cli.demo;

import io.chiaroscuro.analysis.ImageLeft;
import io.chiaroscuro.analysis.MeanVariance;
import io.chiaroscuro.cli.demo.Picture.Moments;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much the mean of each latent channel varies over a set of pictures: where the bias arises.
 *
 * @param variances of each channel's mean
 */
record LatentMeans(List<Double> variances) {

  LatentMeans {
    variances = List.copyOf(variances);
  }

  static LatentMeans of(MeanVariance data) {
    return new LatentMeans(data.channels());
  }

  static LatentMeans of(List<Picture> pictures) {
    int channels = pictures.get(0).latents().size();
    return new LatentMeans(
        IntStream.range(0, channels)
            .mapToObj(c -> variance(pictures.stream().map(p -> p.latents().get(c)).toList()))
            .toList());
  }

  private static double variance(List<Moments> channel) {
    double mean = channel.stream().mapToDouble(Moments::mean).average().orElseThrow();
    double sum = channel.stream().mapToDouble(m -> (m.mean() - mean) * (m.mean() - mean)).sum();
    return sum / (channel.size() - 1);
  }

  /** What theory leaves of them if generation starts from noise alone, were latents Gaussian. */
  LatentMeans predicted(ImageLeft start, long area) {
    return new LatentMeans(
        variances.stream()
            .map(variance -> variance * Math.pow(start.spreadKept(variance, area), 2))
            .toList());
  }

  double spread(int channel) {
    return Math.sqrt(variances.get(channel));
  }

  /** The spread of all channels together, as a share of that of {@code data}. */
  double spreadOver(LatentMeans data) {
    return Math.sqrt(sum(variances) / sum(data.variances));
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }
}
