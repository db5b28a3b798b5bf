package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeakAccumulatorTest {

  private static final String LATENTS = "leak/latents-12x16";

  /** SciPy and NumPy compute in float64, too: 1e-5 is promised, rounding is measured. */
  private static final double FLOAT64 = 1e-11;

  @TempDir Path folder;

  private static LeakAccumulator accumulator(LatentShape shape, int n) {
    return n == 0 ? LeakAccumulator.pixel(shape) : LeakAccumulator.dctPixel(shape, n);
  }

  private static LeakAccumulator of(int n, Tensor... batches) {
    LeakAccumulator accumulator = accumulator(LatentShape.of(batches[0]), n);
    for (Tensor batch : batches) {
      accumulator.add(batch);
    }
    return accumulator;
  }

  /** The same tensors, relative to the largest element of each, up to {@code error}. */
  private static void assertSame(LeakAccumulator actual, LeakAccumulator expected, double error) {
    try (var a = actual.statistics(Map.of());
        var b = expected.statistics(Map.of())) {
      assertThat(a.imageCount()).isEqualTo(b.imageCount());
      b.tensors().forEach((name, tensor) -> assertClose(a.tensors().get(name), tensor, error));
    }
  }

  @ParameterizedTest
  @CsvSource({"12,16", "16,16"})
  void pixelStatisticsEqualNumPys(int height, int width) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/latents-%dx%d".formatted(height, width));
        var accumulator = of(0, fixture.tensor("latents"));
        var statistics = accumulator.statistics(Map.of())) {
      assertThat(statistics.type()).isEqualTo(StatisticType.PIXEL);
      assertThat(statistics.shape()).isEqualTo(new LatentShape(4, height, width));
      statistics
          .tensors()
          .forEach((name, tensor) -> assertClose(tensor, fixture.tensor(name), FLOAT64));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "12,16,1",
    "12,16,3",
    "12,16,6",
    "12,16,10",
    "16,16,1",
    "16,16,3",
    "16,16,6",
    "16,16,10"
  })
  void dctStatisticsEqualSciPys(int height, int width, int n) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/latents-%dx%d".formatted(height, width))) {
      Tensor latents = fixture.tensor("latents");
      // Uneven batches, as the end of a folder makes them.
      try (var accumulator = of(n, latents.narrow(0, 0, 17), latents.narrow(0, 17, 7));
          var statistics = (DctPixelStatistics) accumulator.statistics(Map.of())) {
        assertThat(statistics.basis().components()).isEqualTo(n);
        statistics
            .tensors()
            .forEach(
                (name, tensor) -> assertClose(tensor, fixture.tensor(n + "." + name), FLOAT64));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6})
  void halvesMergedEqualTheWhole(int n) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors(LATENTS)) {
      Tensor latents = fixture.tensor("latents");
      try (var whole = of(n, latents);
          var merged = of(n, latents.narrow(0, 0, 9));
          var half = of(n, latents.narrow(0, 9, 15));
          var empty = accumulator(LatentShape.of(latents), n)) {
        merged.merge(half);
        merged.merge(empty);
        assertThat(merged.count()).isEqualTo(24);
        assertSame(merged, whole, FLOAT64);
        empty.merge(merged);
        assertSame(empty, merged, FLOAT64);
        assertThat(half.count()).isEqualTo(15);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 6})
  void theOrderOfTheImagesDoesNotMatter(int n) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors(LATENTS)) {
      Tensor latents = fixture.tensor("latents");
      long[] imageAxis = {0};
      try (var forwards = of(n, latents);
          var backwards = accumulator(LatentShape.of(latents), n)) {
        Tensor reversed = latents.flip(imageAxis);
        for (int i = 0; i < 24; i++) {
          backwards.add(reversed.narrow(0, i, 1));
        }
        assertSame(backwards, forwards, FLOAT64);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aLargeOffsetCostsNoDigits(int n) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(11)) {
      // Sums of squares would lose all sixteen digits of a variance of 1 on a mean of 1e8.
      Tensor latents = generator.randn(DType.FLOAT64, 50, 2, 4, 4);
      try (var near = of(n, latents);
          var far = of(n, latents.add(new Scalar(1e8)));
          var a = near.statistics(Map.of());
          var b = far.statistics(Map.of())) {
        String variance = n == 0 ? "var_pixels" : "cov_lf_components";
        assertClose(b.tensors().get(variance), a.tensors().get(variance), 1e-6);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aSavedStateContinuesExactly(int n) {
    Path file = folder.resolve("state.safetensors");
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors(LATENTS)) {
      Tensor first = fixture.tensor("latents").narrow(0, 0, 10);
      Tensor second = fixture.tensor("latents").narrow(0, 10, 14);
      try (var uninterrupted = of(n, first);
          var interrupted = of(n, first)) {
        interrupted.save(file, Map.of("next_image", "10"));
        LeakAccumulator.Saved saved = LeakAccumulator.restore(file);
        try (var restored = saved.accumulator()) {
          assertThat(saved.metadata()).isEqualTo(Map.of("next_image", "10"));
          assertThat(restored.toString()).isEqualTo(interrupted.toString());
          uninterrupted.add(second);
          restored.add(second);
          try (var a = restored.statistics(Map.of());
              var b = uninterrupted.statistics(Map.of())) {
            b.tensors()
                .forEach((name, t) -> assertThat(a.tensors().get(name).equal(t)).as(name).isTrue());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aStateSentAsBytesIsTheSame(int n) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors(LATENTS);
        var sender = of(n, fixture.tensor("latents"));
        var receiver = LeakAccumulator.of(sender.toBytes())) {
      assertThat(receiver.count()).isEqualTo(sender.count());
      assertThat(receiver.toBytes()).isEqualTo(sender.toBytes());
    }
    for (byte[] broken : new byte[][] {{}, {1, 2, 3}, {-1, -1, -1, -1, -1, -1, -1, 1}}) {
      assertThatThrownBy(() -> LeakAccumulator.of(broken))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("a part's statistics");
    }
  }

  @Test
  void aBrokenStateIsNamed() {
    Path file = folder.resolve("state.safetensors");
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors(LATENTS);
        var accumulator = of(3, fixture.tensor("latents"))) {
      Map<String, Tensor> broken =
          Map.of(
              "shape", Tensors.of(new long[] {1 << 20, 1 << 20, 1 << 20}, 3),
              "count", Tensors.of(new long[] {-1}, 1),
              "elements.sums", Tensors.of(new long[] {1}, 1),
              "elements.products", Tensors.zeros(DType.FLOAT64, 768, 3),
              "low_frequencies.sums", Tensors.zeros(DType.INT64, 8, 3),
              "low_frequencies.products", Tensors.zeros(DType.INT64, 12, 12, 3));
      broken.forEach(
          (name, tensor) -> {
            accumulator.save(file, Map.of());
            Map<String, Tensor> state = new HashMap<>();
            try (var saved = SafetensorsFile.open(file)) {
              saved.entries().keySet().forEach(key -> state.put(key, saved.tensor(key).clone()));
            }
            state.put(name, tensor);
            SafetensorsWriter.write(file, state, Map.of());
            assertThatThrownBy(() -> LeakAccumulator.restore(file))
                .as(name)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("state.safetensors")
                .hasMessageContaining("interrupted run");
          });
    }
  }

  @Test
  void aStateOfMeansAndScattersIsRefused() {
    // What was saved before sums were exact.
    Path file = folder.resolve("unfinished.safetensors");
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(
          file,
          Map.of(
              "shape", Tensors.of(new long[] {1, 2, 2}, 3),
              "count", Tensors.of(new long[] {7}, 1),
              "elements.mean", Tensors.zeros(DType.FLOAT64, 4),
              "elements.scatter", Tensors.zeros(DType.FLOAT64, 4)),
          Map.of());
      assertThatThrownBy(() -> LeakAccumulator.restore(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "In %s the tensor 'elements.sums' is missing or not the state of an interrupted run; delete the file and start again.",
              file);
    }
  }

  @Test
  void oneImageIsTooFew() {
    try (var scope = new TensorScope();
        var none = LeakAccumulator.pixel(new LatentShape(4, 2, 3));
        var one = of(1, Tensors.zeros(DType.FLOAT32, 1, 4, 2, 3))) {
      none.add(Tensors.zeros(DType.FLOAT32, 0, 4, 2, 3));
      assertThatThrownBy(() -> none.statistics(Map.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "A variance needs at least two images, there is none; add images to the data folder.");
      assertThatThrownBy(() -> one.statistics(Map.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "A variance needs at least two images, there is one; add images to the data folder.");
    }
  }

  @Test
  void refusesWhatWouldSpoilTheStatistics() {
    try (var scope = new TensorScope();
        var pixel = LeakAccumulator.pixel(new LatentShape(1, 2, 2));
        var dctPixel = LeakAccumulator.dctPixel(new LatentShape(1, 2, 2), 2)) {
      assertThatThrownBy(() -> pixel.add(Tensors.of(new float[] {1, 2, 3, Float.NaN}, 1, 1, 2, 2)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("NaN");
      assertThat(pixel.count()).isZero();
      assertThatThrownBy(() -> pixel.add(Tensors.zeros(DType.FLOAT32, 1, 1, 2, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("images of 24x16 pixels");
      assertThatThrownBy(() -> pixel.merge(dctPixel))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("pixel, 1x2x2")
          .hasMessageContaining("dct+pixel, n = 2");
    }
    assertThatThrownBy(() -> LeakAccumulator.dctPixel(new LatentShape(4, 96, 96), 5000))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("3.0 GiB")
        .hasMessageContaining("at most 4096");
    assertThatThrownBy(() -> LeakAccumulator.dctPixel(new LatentShape(4, 8, 8), 65))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("between 1 and 64");
  }

  @Test
  void memoryStaysFlatOverAHundredBatches() {
    // One batch is 2 MiB in float64: one tensor forgotten at each step would add 160 MiB.
    long after20 = 0;
    try (var data = new TensorScope();
        var accumulator = LeakAccumulator.dctPixel(new LatentShape(4, 64, 64), 10);
        var generator = new SeededGenerator(1)) {
      Tensor latents = generator.randn(16, 4, 64, 64);
      for (int i = 0; i < 100; i++) {
        accumulator.add(latents);
        if (i == 20) {
          after20 = Pointer.physicalBytes();
        }
      }
      assertThat(accumulator.count()).isEqualTo(1600);
      assertThat(Pointer.physicalBytes() - after20).isLessThan(80L << 20);
    }
  }
}
