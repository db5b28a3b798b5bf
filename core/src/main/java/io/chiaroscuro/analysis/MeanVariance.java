package io.chiaroscuro.analysis;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.DctPixelStatistics;
import io.chiaroscuro.leak.Frequency;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.PixelStatistics;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much the mean of each latent channel varies from image to image.
 *
 * @param channels var(mean), a channel each
 * @param knowledge how well that is known
 */
public record MeanVariance(List<Double> channels, Knowledge knowledge) {

  /** How well a variance is known. */
  public enum Knowledge {
    /** Estimated from the images. */
    MEASURED,
    /** Bounded from above. */
    AT_MOST
  }

  public MeanVariance {
    channels = List.copyOf(channels);
  }

  /**
   * From leak statistics.
   *
   * @throws InvalidInputException if they model low frequencies, but not the mean
   */
  public static MeanVariance of(LeakStatistics statistics) {
    return statistics instanceof DctPixelStatistics dctPixel
        ? measured(dctPixel)
        : atMost((PixelStatistics) statistics);
  }

  /** The mean is the coefficient at (0, 0) divided by {@code sqrt(H W)}. */
  private static MeanVariance measured(DctPixelStatistics statistics) {
    int component = statistics.basis().frequencies().indexOf(Frequency.DC);
    if (component < 0) {
      throw new InvalidInputException(
          "The leak statistics do not model the frequency (0, 0), which is the mean; compute them again with the stats command.");
    }
    int channels = statistics.shape().channels();
    try (var scope = new TensorScope()) {
      double[] variances =
          Tensors.doubles(
              statistics
                  .covLfComponents()
                  .diagonal()
                  .narrow(0, (long) component * channels, channels));
      return new MeanVariance(
          Arrays.stream(variances).map(v -> v / statistics.shape().area()).boxed().toList(),
          Knowledge.MEASURED);
    }
  }

  /**
   * Variances of elements say nothing of how elements vary together. The mean varies most if all
   * rise and fall as one: its standard deviation is the mean of theirs then.
   */
  private static MeanVariance atMost(PixelStatistics statistics) {
    try (var scope = new TensorScope()) {
      List<Double> variances = new ArrayList<>();
      for (double deviation : Tensors.doubles(statistics.varPixels().sqrt().mean(1, 2))) {
        variances.add(deviation * deviation);
      }
      return new MeanVariance(variances, Knowledge.AT_MOST);
    }
  }
}
