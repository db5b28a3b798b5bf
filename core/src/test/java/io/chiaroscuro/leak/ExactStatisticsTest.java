package io.chiaroscuro.leak;

import static io.chiaroscuro.fixtures.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Not a bit of the statistics depends on how images are parted among accumulators. */
class ExactStatisticsTest {

  private static final int IMAGES = 60;

  @TempDir Path folder;

  private static LeakAccumulator accumulator(LatentShape shape, int n) {
    return n == 0 ? LeakAccumulator.pixel(shape) : LeakAccumulator.dctPixel(shape, n);
  }

  /** All statistics, bit by bit. */
  private static Map<String, long[]> bits(LeakAccumulator accumulator) {
    try (var statistics = accumulator.statistics(Map.of())) {
      Map<String, long[]> bits = new TreeMap<>();
      statistics
          .tensors()
          .forEach(
              (name, tensor) -> {
                double[] values = Tensors.doubles(tensor);
                bits.put(
                    name, Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray());
              });
      return bits;
    }
  }

  private static void assertSameBits(LeakAccumulator actual, Map<String, long[]> expected) {
    Map<String, long[]> bits = bits(actual);
    assertThat(bits.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(bits.get(name)).as(name).isEqualTo(values));
  }

  @ParameterizedTest
  @CsvSource({"0,1e-6", "0,1", "0,1e6", "1,1", "3,1e-6", "3,1", "3,1e6", "20,1"})
  void anyPartitionBatchesAndOrderOfMergesGiveTheSameBits(int n, double magnitude) {
    Random random = new Random(n);
    LatentShape shape = new LatentShape(4, 12, 16);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      Tensor latents = generator.randn(IMAGES, 4, 12, 16).mul(new Scalar(magnitude));
      try (var whole = accumulator(shape, n)) {
        whole.add(latents);
        Map<String, long[]> expected = bits(whole);
        for (int turn = 0; turn < 5; turn++) {
          try (var turnScope = new TensorScope()) {
            LeakAccumulator merged = merged(latents, shape, n, random);
            assertThat(merged.count()).isEqualTo(IMAGES);
            assertSameBits(merged, expected);
          }
        }
      }
    }
  }

  /** Images shuffled, parted, each part in batches of its own, merged as a random tree. */
  private static LeakAccumulator merged(Tensor latents, LatentShape shape, int n, Random random) {
    List<Long> order = new ArrayList<>(IntStream.range(0, IMAGES).mapToObj(Long::valueOf).toList());
    Collections.shuffle(order, random);
    List<LeakAccumulator> parts = new ArrayList<>(List.of(accumulator(shape, n)));
    for (int begin = 0; begin < IMAGES; ) {
      int end = Math.min(IMAGES, begin + 1 + random.nextInt(9));
      long[] batch = order.subList(begin, end).stream().mapToLong(Long::longValue).toArray();
      if (random.nextInt(3) == 0) {
        parts.add(accumulator(shape, n));
      }
      parts.get(parts.size() - 1).add(latents.index_select(0, Tensors.of(batch, batch.length)));
      begin = end;
    }
    while (parts.size() > 1) {
      LeakAccumulator other = parts.remove(random.nextInt(parts.size()));
      parts.get(random.nextInt(parts.size())).merge(other);
    }
    return parts.get(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aPartThatWasSavedOnTheWayGivesTheSameBits(int n) {
    LatentShape shape = new LatentShape(4, 12, 16);
    Path file = folder.resolve("part.safetensors");
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4);
        var whole = accumulator(shape, n);
        var part = accumulator(shape, n)) {
      Tensor latents = generator.randn(20, 4, 12, 16);
      whole.add(latents);
      part.add(latents.narrow(0, 13, 7));
      part.save(file, Map.of());
      try (var restored = LeakAccumulator.restore(file).accumulator();
          var other = accumulator(shape, n)) {
        other.add(latents.narrow(0, 0, 13));
        restored.merge(other);
        assertSameBits(restored, bits(whole));
      }
    }
  }

  @Test
  void statisticsAreTheNearestDoubles() {
    // Decimal arithmetic of 100 digits on the same latents, which lie far from zero.
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(5);
        var accumulator = LeakAccumulator.pixel(new LatentShape(1, 4, 4))) {
      Tensor latents = generator.randn(DType.FLOAT64, 9, 1, 4, 4).add(new Scalar(1e7));
      accumulator.add(latents);
      double[] values = Tensors.doubles(latents);
      try (var statistics = (PixelStatistics) accumulator.statistics(Map.of())) {
        double[] mean = Tensors.doubles(statistics.meanPixels());
        double[] variance = Tensors.doubles(statistics.varPixels());
        MathContext digits = new MathContext(100);
        for (int i = 0; i < 16; i++) {
          BigDecimal sum = BigDecimal.ZERO;
          for (int image = 0; image < 9; image++) {
            sum = sum.add(new BigDecimal(values[image * 16 + i]));
          }
          BigDecimal exactMean = sum.divide(BigDecimal.valueOf(9), digits);
          BigDecimal squares = BigDecimal.ZERO;
          for (int image = 0; image < 9; image++) {
            squares =
                squares.add(new BigDecimal(values[image * 16 + i]).subtract(exactMean).pow(2));
          }
          assertThat(mean[i]).isEqualTo(exactMean.doubleValue());
          assertThat(variance[i])
              .isEqualTo(squares.divide(BigDecimal.valueOf(8), digits).doubleValue());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1e-15, 0.1, -3, 4e9})
  void imagesThatAreAllAlikeHaveNoVariance(double value) {
    try (var scope = new TensorScope();
        var accumulator = LeakAccumulator.pixel(new LatentShape(1, 1, 1))) {
      accumulator.add(Tensors.zeros(DType.FLOAT64, 7, 1, 1, 1).add(new Scalar(value)));
      try (var statistics = (PixelStatistics) accumulator.statistics(Map.of())) {
        assertThat(statistics.varPixels().item_double()).isZero();
        assertClose(
            statistics.meanPixels(),
            Tensors.of(new double[] {Math.abs(value) < 1e-100 ? 0 : value}, 1, 1, 1),
            1e-13);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void latentsBeyondAllReasonAreRefusedWhole(int n) {
    LatentShape shape = new LatentShape(1, 4, 4);
    try (var scope = new TensorScope();
        var accumulator = accumulator(shape, n)) {
      // The mean of 4 x 4 elements of 2^30 makes a coefficient of 2^32.
      double large = n == 0 ? 0x1p32 : 0x1p30;
      Tensor latents = Tensors.zeros(DType.FLOAT32, 2, 1, 4, 4);
      latents.narrow(0, 1, 1).fill_(new Scalar(large));
      assertThatThrownBy(() -> accumulator.add(latents))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("as large as 4.29e+09");
      assertThat(accumulator.count()).isZero();
      accumulator.add(latents.div(new Scalar(2.0)));
      assertThat(accumulator.count()).isEqualTo(2);
    }
  }

  @Test
  void moreImagesThanASumHoldsAreRefused() {
    Path file = folder.resolve("state.safetensors");
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(
          file,
          Map.of(
              "shape", Tensors.of(new long[] {1, 1, 1}, 3),
              "count", Tensors.of(new long[] {1L << 31}, 1),
              "elements.sums", Tensors.zeros(DType.INT64, 1, 3),
              "elements.products", Tensors.zeros(DType.INT64, 1, 3)),
          Map.of());
      try (var full = LeakAccumulator.restore(file).accumulator();
          var one = LeakAccumulator.pixel(full.shape())) {
        one.add(Tensors.zeros(DType.FLOAT32, 1, 1, 1, 1));
        assertThatThrownBy(() -> full.merge(one))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage("Statistics take in at most 2147483648 images; give fewer.");
        assertThatThrownBy(() -> full.add(Tensors.zeros(DType.FLOAT32, 1, 1, 1, 1)))
            .isInstanceOf(InvalidInputException.class);
      }
    }
  }
}
