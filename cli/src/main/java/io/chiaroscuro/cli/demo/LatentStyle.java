package io.chiaroscuro.cli.demo;

import io.chiaroscuro.cli.demo.Picture.Moments;
import io.chiaroscuro.leak.PixelStatistics;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Style as <a href="https://arxiv.org/abs/1703.06868">Huang and Belongie (2017)</a> have it: mean
 * and standard deviation of each feature channel, wherever in the picture. The features are the
 * latents that the autoencoder makes; a set of pictures counts as one.
 *
 * @param means of each channel
 * @param deviations of each channel
 */
record LatentStyle(List<Double> means, List<Double> deviations) {

  LatentStyle {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
  }

  static LatentStyle of(List<Picture> pictures) {
    List<Double> means = new ArrayList<>();
    List<Double> deviations = new ArrayList<>();
    for (int c = 0; c < pictures.get(0).latents().size(); c++) {
      int channel = c;
      List<Moments> moments = pictures.stream().map(p -> p.latents().get(channel)).toList();
      double mean = moments.stream().mapToDouble(Moments::mean).average().orElseThrow();
      double square = moments.stream().mapToDouble(Moments::square).average().orElseThrow();
      means.add(mean);
      deviations.add(Math.sqrt(Math.max(0, square - mean * mean)));
    }
    return new LatentStyle(means, deviations);
  }

  /** A channel's variance is that within its elements plus that between their means. */
  static LatentStyle of(PixelStatistics statistics) {
    try (var scope = new TensorScope()) {
      Tensor mean = statistics.meanPixels().mean(1, 2);
      Tensor between =
          statistics.meanPixels().sub(mean.view(-1, 1, 1)).pow(new Scalar(2)).mean(1, 2);
      Tensor within = statistics.varPixels().mean(1, 2);
      return new LatentStyle(list(mean), list(within.add(between).sqrt()));
    }
  }

  private static List<Double> list(Tensor vector) {
    List<Double> list = new ArrayList<>();
    for (double value : Tensors.doubles(vector)) {
      list.add(value);
    }
    return list;
  }

  /**
   * {@code sqrt(sum_c (mu_c - nu_c)^2 + (sigma_c - tau_c)^2)}, the root of their style loss for one
   * layer: the Wasserstein-2 distance between normal distributions of independent channels.
   */
  double distance(LatentStyle other) {
    double sum = 0;
    for (int c = 0; c < means.size(); c++) {
      double mean = means.get(c) - other.means.get(c);
      double deviation = deviations.get(c) - other.deviations.get(c);
      sum += mean * mean + deviation * deviation;
    }
    return Math.sqrt(sum);
  }
}
