package io.chiaroscuro.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.analysis.MeanVariance.Knowledge;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.DctPixelStatistics;
import io.chiaroscuro.leak.Frequency;
import io.chiaroscuro.leak.Gaussian;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.leak.LowFrequencyBasis;
import io.chiaroscuro.scheduler.NoiseSchedule;
import io.chiaroscuro.scheduler.Scheduler;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageLeftTest {

  private static final SchedulerConfig STABLE_DIFFUSION =
      SchedulerConfig.of(
          SchedulerType.PNDM,
          Map.of(
              "beta_start",
              0.00085,
              "beta_end",
              0.012,
              "beta_schedule",
              "scaled_linear",
              "steps_offset",
              1,
              "skip_prk_steps",
              true));

  @Test
  void trainingEndsWithSevenPercent() {
    ImageLeft left = ImageLeft.atTrainingEnd(new NoiseSchedule(STABLE_DIFFUSION));
    assertThat(left.timestep()).isEqualTo(999);
    assertThat(left.signalRate()).isCloseTo(0.06826, within(5e-6));
    assertThat(left.aSquared(1, 64 * 64)).isCloseTo(19.2, within(0.05));
    assertThat(left.spreadKept(1, 64 * 64)).isCloseTo(1 / Math.sqrt(20.2), within(1e-3));
    assertThat(left.spreadKept(0, 64 * 64)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"pndm,50,981", "ddim,50,981", "euler,50,999", "dpmsolver++,50,999"})
  void samplersStartWhereTheySay(String sampler, int steps, int first) {
    SchedulerConfig config = STABLE_DIFFUSION.as(SchedulerType.parse(sampler));
    ImageLeft left = ImageLeft.atFirstStep(Scheduler.of(config), steps);
    assertThat(left.timestep()).isEqualTo(first);
    double abar = new NoiseSchedule(config).alphasCumprod(first);
    assertThat(left.signalRate()).isCloseTo(Math.sqrt(abar), within(1e-6));
  }

  @Test
  void refusesStepsThatLeaveTheSchedule() {
    Scheduler ddim = Scheduler.of(STABLE_DIFFUSION.as(SchedulerType.DDIM));
    assertThatThrownBy(() -> ImageLeft.atFirstStep(ddim, 1000))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("steps");
  }

  @Test
  void theMeansVarianceIsThatOfTheImages() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(2);
        var dctPixel = LeakAccumulator.dctPixel(new LatentShape(2, 8, 12), 3);
        var pixel = LeakAccumulator.pixel(new LatentShape(2, 8, 12))) {
      Tensor offsets = generator.randn(40, 2, 1, 1);
      Tensor latents = generator.randn(40, 2, 8, 12).add(offsets);
      double[] expected = Tensors.doubles(latents.to(DType.FLOAT64.torch()).mean(2, 3).var(0));
      dctPixel.add(latents);
      pixel.add(latents);
      try (var statistics = dctPixel.statistics(Map.of());
          var byElement = pixel.statistics(Map.of())) {
        var measured = MeanVariance.of(statistics);
        assertThat(measured.knowledge()).isEqualTo(Knowledge.MEASURED);
        var bounded = MeanVariance.of(byElement);
        assertThat(bounded.knowledge()).isEqualTo(Knowledge.AT_MOST);
        for (int c = 0; c < 2; c++) {
          assertThat(measured.channels().get(c)).isCloseTo(expected[c], within(1e-9));
          assertThat(bounded.channels().get(c)).isBetween(expected[c], 4 * expected[c]);
        }
      }
    }
  }

  @Test
  void elementsThatMoveAsOneReachTheBound() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(2);
        var pixel = LeakAccumulator.pixel(new LatentShape(1, 8, 8))) {
      Tensor offsets = generator.randn(20, 1, 1, 1);
      pixel.add(offsets.expand(20, 1, 8, 8).contiguous());
      double variance = offsets.to(DType.FLOAT64.torch()).var().item_double();
      try (var statistics = pixel.statistics(Map.of())) {
        assertThat(MeanVariance.of(statistics).channels().get(0)).isCloseTo(variance, within(1e-6));
      }
    }
  }

  @Test
  void statisticsWithoutTheMeanAreRefused() {
    try (var scope = new TensorScope();
        var gaussian =
            new Gaussian(Tensors.of(new double[1], 1), Tensors.of(new double[] {1}, 1, 1));
        var statistics =
            new DctPixelStatistics(
                new LowFrequencyBasis(4, 4, List.of(new Frequency(0, 1))),
                gaussian,
                Tensors.zeros(DType.FLOAT64, 1, 4, 4),
                Tensors.zeros(DType.FLOAT64, 1, 4, 4),
                Map.of())) {
      assertThatThrownBy(() -> MeanVariance.of(statistics))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("(0, 0)");
    }
  }

  @Test
  void drawsTheCurveWithAndWithoutZeroTerminalSnr() {
    var left = ImageLeft.atTrainingEnd(new NoiseSchedule(STABLE_DIFFUSION));
    RgbImage both = LeakCurve.draw("both", STABLE_DIFFUSION, List.of(left));
    RgbImage one =
        LeakCurve.draw(
            "one",
            STABLE_DIFFUSION.as(SchedulerType.DDIM).with("rescale_betas_zero_snr", true),
            List.of(left));
    assertThat(colors(both)).contains(0xd04020, 0x2060b0);
    assertThat(colors(one)).contains(0xd04020).doesNotContain(0x2060b0);
  }

  private static List<Integer> colors(RgbImage image) {
    return IntStream.range(0, image.width() * image.height())
        .map(
            i ->
                image.value(i % image.width(), i / image.width(), 0) << 16
                    | image.value(i % image.width(), i / image.width(), 1) << 8
                    | image.value(i % image.width(), i / image.width(), 2))
        .distinct()
        .boxed()
        .toList();
  }
}
