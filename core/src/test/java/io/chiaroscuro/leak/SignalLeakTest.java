package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalLeakTest {

  private static final LatentShape SHAPE = new LatentShape(2, 3, 5);
  private static final int ELEMENTS = 30;

  private static PixelStatistics pixel;
  private static DctPixelStatistics dctPixel;

  /** Four components of two channels by five images: the covariance has rank 4 of 8. */
  private static DctPixelStatistics deficient;

  @BeforeAll
  static void computeStatistics() {
    pixel = (PixelStatistics) statistics(LeakAccumulator.pixel(SHAPE), 40);
    dctPixel = (DctPixelStatistics) statistics(LeakAccumulator.dctPixel(SHAPE, 4), 40);
    deficient = (DctPixelStatistics) statistics(LeakAccumulator.dctPixel(SHAPE, 4), 5);
  }

  @AfterAll
  static void close() {
    pixel.close();
    dctPixel.close();
    deficient.close();
  }

  /** Of images whose elements all correlate: white noise, mixed. */
  private static LeakStatistics statistics(LeakAccumulator accumulator, int images) {
    try (accumulator;
        var scope = new TensorScope();
        var generator = new SeededGenerator(17)) {
      Tensor mixing = generator.randn(ELEMENTS, ELEMENTS);
      Tensor mixed = generator.randn(images, ELEMENTS).matmul(mixing).add(new Scalar(2.0));
      accumulator.add(mixed.reshape(images, 2, 3, 5));
      return accumulator.statistics(Map.of("model", "noise"));
    }
  }

  private static Tensor sample(LeakStatistics statistics, LeakControls controls, int batch) {
    try (var generator = new SeededGenerator(3)) {
      return new SignalLeak(statistics, controls).sample(generator, batch);
    }
  }

  private static Tensor coefficient(Tensor leak, Component component) {
    return new LowFrequencyBasis(3, 5, List.of(component.frequency()))
        .coefficients(leak)
        .select(1, component.channel());
  }

  /**
   * Holds the mean and every covariance of {@code samples} (N, d) against those of the model: each
   * within five standard errors, {@code sqrt(S_ii / N)} and {@code sqrt((S_ii S_jj + S_ij^2) / N)}.
   */
  private static void assertDistributed(Tensor samples, Tensor mean, Tensor covariance) {
    Tensor x = samples.to(DType.FLOAT64.torch());
    Scalar count = new Scalar((double) x.size(0));
    Tensor variances = covariance.diagonal();
    // Float32 results bring their own rounding where the model has no variance.
    Scalar rounding = new Scalar(1e-5);
    Tensor meanError = x.mean(new long[] {0}).sub(mean).abs();
    assertThat(meanError.div(variances.div(count).sqrt().add(rounding)).max().item_double())
        .isLessThan(5);
    Tensor products = variances.unsqueeze(1).mul(variances);
    Tensor covarianceError = torch.cov(x.transpose(0, 1)).sub(covariance).abs();
    Tensor standardError = products.add(covariance.mul(covariance)).div(count).sqrt();
    assertThat(covarianceError.div(standardError.add(rounding)).max().item_double()).isLessThan(5);
  }

  /** The covariance of whole leaks: the low frequencies' seen through the basis, plus var_hf. */
  private static Tensor impliedCovariance(DctPixelStatistics statistics, Tensor lowFrequencies) {
    Tensor images = // (n C, C h w): what each coefficient looks like
        statistics.basis().inverse(Tensors.of(identity(8), 8, 8)).reshape(8, ELEMENTS);
    return images
        .transpose(0, 1)
        .matmul(lowFrequencies)
        .matmul(images)
        .add(statistics.varHfRemainder().reshape(ELEMENTS).diag());
  }

  private static double[] identity(int size) {
    double[] values = new double[size * size];
    for (int i = 0; i < size; i++) {
      values[i * size + i] = 1;
    }
    return values;
  }

  private static Tensor impliedMean(DctPixelStatistics statistics, Tensor lowFrequencies) {
    return statistics
        .basis()
        .inverse(lowFrequencies.unsqueeze(0))
        .add(statistics.meanHfRemainder())
        .reshape(ELEMENTS);
  }

  @Test
  void pixelLeaksHaveTheMeanAndVarianceOfEveryElement() {
    try (var scope = new TensorScope()) {
      Tensor leaks = sample(pixel, LeakControls.NONE, 20_000).reshape(20_000, ELEMENTS);
      assertDistributed(
          leaks, pixel.meanPixels().reshape(ELEMENTS), pixel.varPixels().reshape(ELEMENTS).diag());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dctLeaksHaveTheModelsMeanAndCovariance(boolean fullRank) {
    DctPixelStatistics statistics = fullRank ? dctPixel : deficient;
    try (var scope = new TensorScope()) {
      Tensor leaks = sample(statistics, LeakControls.NONE, 20_000).reshape(20_000, ELEMENTS);
      assertDistributed(
          leaks,
          impliedMean(statistics, statistics.meanLfComponents()),
          impliedCovariance(statistics, statistics.covLfComponents()));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void givenComponentsHoldAndTheOthersFollow(boolean fullRank) {
    DctPixelStatistics statistics = fullRank ? dctPixel : deficient;
    Component one = new Component(1, 0, 0);
    Component two = new Component(0, 1, 0);
    LeakControls controls = LeakControls.NONE.withGiven(one, 9.0).withGiven(two, -4.0);
    try (var scope = new TensorScope();
        var conditional =
            statistics
                .lowFrequencies()
                .conditionedOn(
                    new long[] {statistics.index(one), statistics.index(two)},
                    new double[] {9, -4})) {
      Tensor leaks = sample(statistics, controls, 20_000);
      assertClose(coefficient(leaks, one), all(9, 20_000), 1e-5);
      assertClose(coefficient(leaks, two), all(-4, 20_000), 1e-5);
      // Writing the given components exactly takes what the remainder had there: project it out.
      Tensor writing = torch.eye(ELEMENTS).to(DType.FLOAT64.torch());
      for (Component component : List.of(one, two)) {
        Tensor unit = picture(component);
        writing = writing.sub(unit.unsqueeze(1).mul(unit));
      }
      Tensor remainder = statistics.varHfRemainder().reshape(ELEMENTS).diag();
      Tensor gaussian = impliedCovariance(statistics, conditional.covariance()).sub(remainder);
      assertDistributed(
          leaks.reshape(20_000, ELEMENTS),
          impliedMean(statistics, conditional.mean()),
          gaussian.add(writing.matmul(remainder).matmul(writing)));
    }
  }

  /** The latents, flat, that have this component alone. */
  private static Tensor picture(Component component) {
    double[] coefficients = new double[2];
    coefficients[component.channel()] = 1;
    return new LowFrequencyBasis(3, 5, List.of(component.frequency()))
        .inverse(Tensors.of(coefficients, 1, 2))
        .reshape(ELEMENTS);
  }

  private static Tensor all(double value, int count) {
    return Tensors.zeros(DType.FLOAT64, count).add(new Scalar(value));
  }

  static Stream<LeakStatistics> models() {
    return Stream.of(pixel, dctPixel, deficient);
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("models")
  void aSeedMeansTheSameLeakWhateverTheBatch(LeakStatistics statistics) {
    try (var scope = new TensorScope()) {
      Tensor three = sample(statistics, LeakControls.NONE, 3);
      assertThat(Tensors.shape(three)).containsExactly(3, 2, 3, 5);
      assertThat(DType.of(three)).isEqualTo(DType.FLOAT32);
      assertThat(sample(statistics, LeakControls.NONE, 3).equal(three)).isTrue();
      assertThat(sample(statistics, LeakControls.NONE, 1).equal(three.narrow(0, 0, 1))).isTrue();
      assertThat(three.select(0, 0).equal(three.select(0, 1))).isFalse();
    }
  }

  @Test
  void drawsInTheOrderThatIsDocumented() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Tensor coefficients = dctPixel.lowFrequencies().sample(generator);
      Tensor z = generator.randn(2, 3, 5).to(DType.FLOAT64.torch());
      Tensor expected =
          dctPixel
              .basis()
              .inverse(coefficients.unsqueeze(0))
              .add(dctPixel.meanHfRemainder())
              .add(dctPixel.varHfRemainder().sqrt().mul(z));
      assertClose(sample(dctPixel, LeakControls.NONE, 1), expected, 1e-6);
    }
  }

  @Test
  void onlyHighFrequencyIsTheSameRemainderWithoutTheRest() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Tensor coefficients = dctPixel.lowFrequencies().sample(generator);
      Tensor whole = sample(dctPixel, LeakControls.NONE, 1);
      Tensor remainder = sample(dctPixel, LeakControls.NONE.withOnlyHighFrequency(), 1);
      assertClose(whole.sub(remainder), dctPixel.basis().inverse(coefficients.unsqueeze(0)), 1e-6);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("models")
  void componentsSetByHandLeaveAllOthersAsTheyAre(LeakStatistics statistics) {
    Component modelled = new Component(1, 0, 1);
    Component beyond = new Component(0, 2, 4);
    LeakControls controls = LeakControls.NONE.withComponent(modelled, 5).withComponent(beyond, -3);
    try (var scope = new TensorScope()) {
      LowFrequencyBasis all = LowFrequencyBasis.lowest(3, 5, 15);
      Tensor before = all.coefficients(sample(statistics, LeakControls.NONE, 2));
      Tensor after = all.coefficients(sample(statistics, controls, 2));
      for (Frequency frequency : all.frequencies()) {
        for (int c = 0; c < 2; c++) {
          int index = all.frequencies().indexOf(frequency) * 2 + c;
          Component component = new Component(c, frequency);
          Tensor expected =
              component.equals(modelled)
                  ? all(5, 2)
                  : component.equals(beyond) ? all(-3, 2) : before.select(1, index);
          assertThat(after.select(1, index).sub(expected).abs().max().item_double())
              .as(component.toString())
              .isLessThan(1e-5);
        }
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("models")
  void theMeanColorIsTheMeanOfEveryLeak(LeakStatistics statistics) {
    try (var scope = new TensorScope()) {
      Tensor leaks = sample(statistics, LeakControls.NONE.withMeanColor(1.9, -0.5), 50);
      Tensor means = leaks.mean(2, 3);
      assertClose(means.select(1, 0), all(1.9, 50), 1e-6);
      assertClose(means.select(1, 1), all(-0.5, 50), 1e-6);
    }
  }

  @Test
  void theOtherLowFrequenciesFollowTheMeanColor() {
    double dc = 2.5 * Math.sqrt(15);
    LeakControls given =
        LeakControls.NONE
            .withGiven(new Component(0, 0, 0), dc)
            .withGiven(new Component(1, 0, 0), dc);
    try (var scope = new TensorScope()) {
      assertClose(
          sample(dctPixel, LeakControls.NONE.withMeanColor(2.5, 2.5), 4),
          sample(dctPixel, given, 4),
          1e-6);
    }
  }

  @Test
  void aMeanColorWithoutLowFrequenciesMovesTheMeanAlone() {
    LeakControls bare = LeakControls.NONE.withOnlyHighFrequency();
    try (var scope = new TensorScope()) {
      long[] picture = {2, 3};
      var ignored = new org.bytedeco.pytorch.ScalarTypeOptional();
      Tensor without = sample(dctPixel, bare, 3);
      Tensor with = sample(dctPixel, bare.withMeanColor(1, -1), 3);
      assertClose(
          with.sub(with.mean(picture, true, ignored)),
          without.sub(without.mean(picture, true, ignored)),
          1e-6);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("models")
  void constantsAreAddedToTheirChannelAndAddUp(LeakStatistics statistics) {
    LeakControls controls = LeakControls.NONE.withChannel(1, 1.5).withChannel(1, 0.5);
    try (var scope = new TensorScope()) {
      Tensor change = sample(statistics, controls, 2).sub(sample(statistics, LeakControls.NONE, 2));
      assertThat(change.select(1, 0).abs().max().item_double()).isZero();
      assertThat(change.select(1, 1).sub(new Scalar(2.0)).abs().max().item_double())
          .isLessThan(1e-5);
    }
  }

  @Test
  void controlsApplyInTheirOwnOrder() {
    Component dc = new Component(0, 0, 0);
    LeakControls oneWay =
        LeakControls.NONE
            .withStrength(0.5)
            .withChannel(0, 4)
            .withComponent(dc, 0)
            .withMeanColor(8, 8)
            .withOnlyHighFrequency();
    LeakControls another =
        LeakControls.NONE
            .withOnlyHighFrequency()
            .withMeanColor(8, 8)
            .withComponent(dc, 0)
            .withChannel(0, 4)
            .withStrength(0.5);
    assertThat(oneWay).isEqualTo(another);
    try (var scope = new TensorScope()) {
      Tensor means = sample(dctPixel, oneWay, 2).mean(2, 3);
      // Channel 0: the component set by hand beats the colour, 4 is added, all is halved.
      assertClose(means.select(1, 0), all(2, 2), 1e-6);
      assertClose(means.select(1, 1), all(4, 2), 1e-6);
    }
  }

  @Test
  void aConstantLeakNeedsNoStatisticsAndDrawsNothing() {
    LeakControls white =
        LeakControls.NONE
            .withChannel(0, 1.9)
            .withChannel(1, 1.3)
            .withChannel(3, -1.0)
            .withComponent(new Component(2, 0, 1), 2.0);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      byte[] state = generator.state();
      SignalLeak leak = SignalLeak.constant(new LatentShape(4, 6, 8), white);
      Tensor sample = leak.sample(generator, 2);
      assertThat(generator.state()).isEqualTo(state);
      assertThat(Tensors.shape(sample)).containsExactly(2, 4, 6, 8);
      assertThat(Tensors.floats(sample.select(1, 0))).containsOnly(1.9f);
      assertThat(Tensors.floats(sample.select(1, 3))).containsOnly(-1f);
      // a_0 b_1(0) = sqrt(1/6) sqrt(2/8) cos(pi/16), twice.
      assertThat(Tensors.floats(sample.select(1, 2))[0])
          .isEqualTo((float) (2 * Math.sqrt(1 / 24.0) * Math.cos(Math.PI / 16)));
      assertThat(leak.provenance()).isEmpty();
    }
  }

  @Test
  void strengthScalesTheFinishedLeak() {
    try (var scope = new TensorScope()) {
      LeakControls controls = LeakControls.NONE.withChannel(0, 3);
      Tensor whole = sample(pixel, controls, 1);
      assertClose(sample(pixel, controls.withStrength(0.25), 1), whole.mul(new Scalar(0.25)), 1e-6);
      assertThat(sample(pixel, controls.withStrength(0), 1).abs().max().item_double()).isZero();
    }
  }

  @Test
  void describesWhatDepartsFromTheStatistics() {
    assertThat(LeakControls.NONE.describe()).isEmpty();
    assertThat(
            LeakControls.NONE
                .withGiven(new Component(0, 0, 1), 2)
                .withChannel(3, -1)
                .withStrength(0.5)
                .describe())
        .isEqualTo(Map.of("given", "0,0,1=2.0", "channels", "3=-1.0", "strength", "0.5"));
  }

  static Stream<Arguments> impossibleControls() {
    Component modelled = new Component(0, 0, 0);
    return Stream.of(
        Arguments.of(pixel, LeakControls.NONE.withOnlyHighFrequency(), "Only dct+pixel"),
        Arguments.of(pixel, LeakControls.NONE.withGiven(modelled, 1), "do not model it jointly"),
        Arguments.of(dctPixel, LeakControls.NONE.withGiven(new Component(0, 2, 4), 1), "0,2,4"),
        Arguments.of(
            dctPixel, LeakControls.NONE.withOnlyHighFrequency().withGiven(modelled, 1), "left out"),
        Arguments.of(dctPixel, LeakControls.NONE.withChannel(2, 1), "no channel 2"),
        Arguments.of(dctPixel, LeakControls.NONE.withChannel(-1, 1), "no channel -1"),
        Arguments.of(
            dctPixel, LeakControls.NONE.withComponent(new Component(4, 0, 0), 1), "no channel 4"),
        Arguments.of(
            dctPixel,
            LeakControls.NONE.withComponent(new Component(0, 3, 0), 1),
            "u goes from 0 to 2"),
        Arguments.of(dctPixel, LeakControls.NONE.withMeanColor(1, 2, 3), "3 values"));
  }

  @ParameterizedTest(name = "{2}", autoCloseArguments = false)
  @MethodSource("impossibleControls")
  void refusesControlsThatTheStatisticsCannotMeet(
      LeakStatistics statistics, LeakControls controls, String complaint) {
    assertThatThrownBy(() -> new SignalLeak(statistics, controls))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void refusesValuesThatAreNoNumbers() {
    assertThatThrownBy(() -> LeakControls.NONE.withStrength(-0.1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("strength");
    assertThatThrownBy(() -> LeakControls.NONE.withStrength(Double.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("strength");
    assertThatThrownBy(() -> LeakControls.NONE.withChannel(1, Double.POSITIVE_INFINITY))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("channel 1");
    assertThatThrownBy(() -> LeakControls.NONE.withComponent(new Component(0, 1, 2), Double.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("component 0,1,2");
    assertThatThrownBy(() -> LeakControls.NONE.withMeanColor(Double.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("mean color");
  }

  @Test
  void refusesLatentsOfAnotherSizeNamingBoth() {
    SignalLeak leak = new SignalLeak(pixel, LeakControls.NONE);
    leak.requireShape(SHAPE);
    assertThatThrownBy(() -> leak.requireShape(new LatentShape(4, 64, 96)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2x3x5 latents (images of 40x24 pixels)")
        .hasMessageContaining("4x64x96 latents (images of 768x512 pixels)");
  }

  @Test
  void samplingLeavesNothingBehindInNativeMemory() {
    try (var generator = new SeededGenerator(1)) {
      SignalLeak leak = new SignalLeak(dctPixel, LeakControls.NONE.withMeanColor(1.9, 1.3));
      sampleAndForget(leak, generator);
      long before = Pointer.totalCount();
      for (int i = 0; i < 20; i++) {
        sampleAndForget(leak, generator);
      }
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  private static void sampleAndForget(SignalLeak leak, SeededGenerator generator) {
    try (var scope = new TensorScope()) {
      leak.sample(generator, 2);
    }
  }
}
