package io.chiaroscuro.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.leak.LowFrequencyBasis;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.Tensors;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * White and offset noise against their formulas: every coefficient of the orthonormal DCT of two
 * channels of two samples of a batch, with each other.
 */
class NoiseCovarianceTest {

  private static final int CHANNELS = 2;
  private static final int HEIGHT = 4;
  private static final int WIDTH = 6;
  private static final int ELEMENTS = HEIGHT * WIDTH;

  /** Pairs of samples in a batch, and variables of a pair. */
  private static final int PAIRS = 8;

  private static final int VARIABLES = 2 * CHANNELS * ELEMENTS;
  private static final int BATCHES = 4000;

  /** In standard errors: some 5,000 entries stay within with probability 0.997. */
  private static final double TOLERANCE = 5;

  private final LowFrequencyBasis dct = LowFrequencyBasis.lowest(HEIGHT, WIDTH, ELEMENTS);
  private final SeededGenerator generator = new SeededGenerator(1);
  private final Tensor dark = Tensors.zeros(DType.FLOAT32, 2 * PAIRS, CHANNELS, HEIGHT, WIDTH);

  @AfterEach
  void close() {
    generator.close();
    dark.close();
  }

  @Test
  void whiteNoiseHasVarianceOneEverywhere() {
    assertThat(measured(new WhiteNoise(), dark).deviation(withMeans(i -> 1))).isLessThan(TOLERANCE);
  }

  @Test
  void offsetNoiseRaisesTheVarianceOfMeansAlone() {
    SampleCovariance measured = measured(new OffsetNoise(0.3, false, 0), dark);
    assertThat(measured.deviation(withMeans(i -> dcVariance(0.3)))).isLessThan(TOLERANCE);
    // What the test would notice: strength wrong by three in a hundred, and no offset at all.
    assertThat(measured.relativeStandardError(0)).isLessThan(0.009);
    assertThat(measured.deviation(withMeans(i -> dcVariance(0.31)))).isGreaterThan(TOLERANCE);
    assertThat(measured.deviation(withMeans(i -> 1))).isGreaterThan(10 * TOLERANCE);
  }

  @Test
  void randomStrengthRaisesItByAThirdAsMuch() {
    SampleCovariance measured = measured(new OffsetNoise(0.6, true, 0), dark);
    assertThat(measured.deviation(withMeans(i -> dcVariance(0.6 / Math.sqrt(3)))))
        .isLessThan(TOLERANCE);
    assertThat(measured.deviation(withMeans(i -> dcVariance(0.6 / 2)))).isGreaterThan(TOLERANCE);
  }

  @Test
  void adaptiveStrengthFollowsTheMeanOfEachChannel() {
    double[] means = {0.5, -1, 0, 2};
    SampleCovariance measured = measured(new OffsetNoise(0.2, false, 0.1), withMean(means));
    assertThat(measured.deviation(withMeans(i -> dcVariance(0.2 + 0.1 * Math.abs(means[i])))))
        .isLessThan(TOLERANCE);
  }

  @Test
  void adaptiveStrengthIsNeverNegative() {
    double[] means = {0.5, -1, 0, 2};
    SampleCovariance measured = measured(new OffsetNoise(0.2, false, -0.15), withMean(means));
    assertThat(
            measured.deviation(
                withMeans(i -> dcVariance(Math.max(0, 0.2 - 0.15 * Math.abs(means[i]))))))
        .isLessThan(TOLERANCE);
  }

  private static double dcVariance(double strength) {
    return 1 + strength * strength * ELEMENTS;
  }

  private SampleCovariance measured(TrainingNoise noise, Tensor latents) {
    return new SampleCovariance(
        VARIABLES,
        BATCHES,
        () -> dct.coefficients(noise.draw(latents, generator)).reshape(PAIRS, VARIABLES));
  }

  /** Pairs of latents whose channels have these means, and a wave that has none. */
  private static Tensor withMean(double... means) {
    double[] values = new double[2 * CHANNELS * ELEMENTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = means[i / ELEMENTS] + (i % 2 == 0 ? 3 : -3);
    }
    return Tensors.of(values, 2, CHANNELS, HEIGHT, WIDTH).repeat(PAIRS, 1, 1, 1);
  }

  /** Variance {@code means(i)} of the i-th of a pair's four means, 1 of all else, no covariance. */
  private static double[][] withMeans(IntToDoubleFunction means) {
    double[][] covariance = new double[VARIABLES][VARIABLES];
    for (int variable = 0; variable < VARIABLES; variable++) {
      int component = variable / CHANNELS % ELEMENTS;
      int mean = variable / (CHANNELS * ELEMENTS) * CHANNELS + variable % CHANNELS;
      covariance[variable][variable] = component == 0 ? means.applyAsDouble(mean) : 1;
    }
    return covariance;
  }
}
