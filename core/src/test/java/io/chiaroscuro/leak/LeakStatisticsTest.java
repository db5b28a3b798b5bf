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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeakStatisticsTest {

  @TempDir Path folder;

  private static LeakStatistics statistics(int n, Map<String, String> provenance) {
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/latents-12x16");
        var accumulator =
            n == 0
                ? LeakAccumulator.pixel(new LatentShape(4, 12, 16))
                : LeakAccumulator.dctPixel(new LatentShape(4, 12, 16), n)) {
      accumulator.add(fixture.tensor("latents"));
      return accumulator.statistics(provenance);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10})
  void readsBackWhatItWrote(int n) {
    try (var scope = new TensorScope();
        var written = statistics(n, Map.of("model", "sd", "seed", "7"))) {
      written.write(folder);
      try (var read = LeakStatistics.read(folder)) {
        assertThat(read.type()).isEqualTo(written.type());
        assertThat(read.shape()).isEqualTo(written.shape());
        assertThat(read.imageCount()).hasValue(24);
        assertThat(read.provenance())
            .isEqualTo(Map.of("model", "sd", "seed", "7", "image_count", "24"));
        written
            .tensors()
            .forEach((name, t) -> assertClose(read.tensors().get(name), t, Math.ulp(1f)));
      }
    }
  }

  @Test
  void writesTheFilesOfTheReference() throws IOException {
    try (var scope = new TensorScope();
        var pixel = statistics(0, Map.of());
        var dctPixel = statistics(3, Map.of())) {
      pixel.write(folder);
      assertThat(Files.readAllBytes(folder.resolve("statistic_type.txt")))
          .isEqualTo("pixel".getBytes());
      try (var file = SafetensorsFile.open(folder.resolve("stats.safetensors"))) {
        assertThat(file.entries().keySet()).containsExactlyInAnyOrder("mean_pixels", "var_pixels");
      }
      dctPixel.write(folder);
      assertThat(Files.readAllBytes(folder.resolve("statistic_type.txt")))
          .isEqualTo("dct+pixel".getBytes());
      try (var file = SafetensorsFile.open(folder.resolve("stats.safetensors"))) {
        assertThat(file.entries().values().stream().map(Object::toString))
            .containsExactlyInAnyOrder(
                "mean_lf_components float32 [12]",
                "cov_lf_components float32 [12, 12]",
                "mean_hf_remainder float32 [4, 12, 16]",
                "var_hf_remainder float32 [4, 12, 16]",
                "lf_indices int64 [3, 2]");
        assertThat(Tensors.longs(file.tensor("lf_indices"))).containsExactly(0, 0, 0, 1, 1, 0);
      }
      assertThat(folder.toFile().list()).hasSize(2);
    }
  }

  @Test
  void readsWhatTheReferenceWrote() {
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("leak/latents-16x16");
        var pixel = LeakStatistics.read(Fixture.path("leak/pixel"));
        var dctPixel = (DctPixelStatistics) LeakStatistics.read(Fixture.path("leak/dct"))) {
      assertThat(pixel.type()).isEqualTo(StatisticType.PIXEL);
      assertThat(pixel.imageCount()).isEmpty();
      pixel.tensors().forEach((name, t) -> assertClose(t, expected.tensor(name), 1e-7));
      assertThat(dctPixel.basis()).isEqualTo(LowFrequencyBasis.lowest(16, 16, 3));
      dctPixel.tensors().forEach((name, t) -> assertClose(t, expected.tensor("3." + name), 1e-7));
    }
  }

  @Test
  void keepsTheOrderOfTheFrequencies() {
    List<Frequency> exchanged =
        List.of(Frequency.DC, new Frequency(1, 0), new Frequency(0, 1), new Frequency(5, 7));
    try (var scope = new TensorScope();
        var fixture = Fixture.tensors("leak/latents-12x16");
        var accumulator = LeakAccumulator.dctPixel(4, new LowFrequencyBasis(12, 16, exchanged))) {
      accumulator.add(fixture.tensor("latents"));
      try (var written = accumulator.statistics(Map.of())) {
        written.write(folder);
      }
      try (var read = (DctPixelStatistics) LeakStatistics.read(folder)) {
        assertThat(read.basis().frequencies()).isEqualTo(exchanged);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void theTypesFileMayBeMissingOrEndInANewline(int n) throws IOException {
    try (var written = statistics(n, Map.of())) {
      written.write(folder);
      Path type = folder.resolve("statistic_type.txt");
      Files.writeString(type, written.type() + "\n");
      try (var read = LeakStatistics.read(folder)) {
        assertThat(read.type()).isEqualTo(written.type());
      }
      Files.delete(type);
      try (var read = LeakStatistics.read(folder)) {
        assertThat(read.type()).isEqualTo(written.type());
      }
    }
  }

  @Test
  void aCrashBetweenTheTwoFilesLeavesAReadablePair() throws IOException {
    try (var pixel = statistics(0, Map.of());
        var dctPixel = statistics(3, Map.of())) {
      pixel.write(folder);
      // The type cannot be written where a folder has its name: that is where the crash is.
      Path type = folder.resolve("statistic_type.txt");
      Files.delete(type);
      Files.createDirectory(type);
      Files.createFile(type.resolve("in the way"));
      assertThatThrownBy(() -> dctPixel.write(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("statistic_type.txt");
      Files.delete(type.resolve("in the way"));
      Files.delete(type);
      try (var read = LeakStatistics.read(folder)) {
        assertThat(read.type()).isEqualTo(StatisticType.PIXEL);
      }
      // And the other way: the old tensors stand in the way of the new ones, the type is gone.
      Path stats = folder.resolve("stats.safetensors");
      Files.writeString(type, "pixel");
      byte[] old = Files.readAllBytes(stats);
      Files.delete(stats);
      Files.createDirectory(stats);
      Files.createFile(stats.resolve("in the way"));
      assertThatThrownBy(() -> dctPixel.write(folder)).isInstanceOf(InvalidInputException.class);
      assertThat(type).doesNotExist();
      Files.delete(stats.resolve("in the way"));
      Files.delete(stats);
      Files.write(stats, old);
      try (var read = LeakStatistics.read(folder)) {
        assertThat(read.type()).isEqualTo(StatisticType.PIXEL);
      }
    }
  }

  static Stream<Arguments> brokenTensors() {
    return Stream.of(
        broken(0, "mean_pixels", s -> Tensors.zeros(DType.FLOAT32, 4, 12), "(C, h, w)"),
        broken(0, "mean_pixels", s -> s.to(DType.INT32.torch()), "int32"),
        broken(0, "var_pixels", s -> Tensors.zeros(DType.FLOAT32, 4, 12, 17), "[4, 12, 17]"),
        broken(0, "var_pixels", s -> s.neg(), "negative variance"),
        broken(0, "var_pixels", s -> null, "is missing"),
        broken(0, "mean_pixels", s -> s.div(new Scalar(0.0)), "NaN"),
        broken(3, "mean_lf_components", s -> Tensors.zeros(DType.FLOAT32, 13), "13 elements"),
        broken(3, "mean_lf_components", s -> Tensors.zeros(DType.FLOAT32, 12, 1), "[12, 1]"),
        broken(3, "mean_lf_components", s -> Tensors.zeros(DType.FLOAT32, 4000), "4000"),
        broken(3, "cov_lf_components", s -> Tensors.zeros(DType.FLOAT32, 12, 11), "[12, 11]"),
        broken(3, "cov_lf_components", s -> s.neg(), "negative variance"),
        broken(3, "cov_lf_components", s -> s.mul(new Scalar(Double.NaN)), "NaN"),
        broken(3, "cov_lf_components", s -> s.tril(), "not symmetric"),
        broken(3, "cov_lf_components", s -> null, "is missing"),
        broken(3, "mean_hf_remainder", s -> null, "is missing"),
        broken(3, "var_hf_remainder", s -> s.neg(), "negative variance"),
        broken(3, "lf_indices", s -> Tensors.zeros(DType.INT64, 3, 2), "all different"),
        broken(3, "lf_indices", s -> Tensors.zeros(DType.INT64, 2, 2), "int64 (3, 2)"),
        broken(3, "lf_indices", s -> Tensors.zeros(DType.FLOAT32, 3, 2), "int64 (3, 2)"),
        broken(3, "lf_indices", s -> s.add(new Scalar(1L << 32)), "does not exist"));
  }

  private interface Breaking {
    /** The tensor instead of {@code sound}; null takes it away. */
    Tensor of(Tensor sound);
  }

  private static Arguments broken(int n, String tensor, Breaking breaking, String complaint) {
    return Arguments.of(n, tensor, breaking, complaint);
  }

  @ParameterizedTest(name = "{1}: {3}")
  @MethodSource("brokenTensors")
  void namesFileAndTensorThatAreBroken(int n, String name, Breaking breaking, String complaint) {
    Path stats = folder.resolve("stats.safetensors");
    try (var scope = new TensorScope();
        var sound = statistics(n, Map.of())) {
      sound.write(folder);
      Map<String, Tensor> tensors = new HashMap<>();
      try (var file = SafetensorsFile.open(stats)) {
        file.entries().keySet().forEach(key -> tensors.put(key, file.tensor(key).clone()));
      }
      Tensor other = breaking.of(tensors.remove(name));
      if (other != null) {
        tensors.put(name, other);
      }
      SafetensorsWriter.write(stats, tensors, Map.of());
      assertThatThrownBy(() -> LeakStatistics.read(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(stats.toString())
          .hasMessageContaining("'" + name + "'")
          .hasMessageContaining(complaint);
    }
  }

  @Test
  void namesWhatElseIsWrongWithAFolder() throws IOException {
    Path type = folder.resolve("statistic_type.txt");
    assertRefused(folder.resolve("nowhere"), "is not a folder");
    assertRefused(folder, "no such file");
    try (var scope = new TensorScope();
        var statistics = statistics(0, Map.of())) {
      statistics.write(folder);
      Files.writeString(type, "dct+pixel");
      assertRefused(folder, "says dct+pixel, but stats.safetensors holds the tensors of pixel");
      Files.writeString(type, "pixels, " + "and so on ".repeat(1000));
      assertRefused(folder, "must hold pixel or dct+pixel");
      Files.write(type, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
      assertRefused(folder, "must hold pixel or dct+pixel");
      Files.delete(type);
      Files.createDirectory(type);
      assertRefused(folder, "Cannot read");
      Files.delete(type);
      Path stats = folder.resolve("stats.safetensors");
      assertRefused(stats, "give the folder");
      SafetensorsWriter.write(stats, Map.of("weight", Tensors.zeros(DType.FLOAT32, 1)), Map.of());
      assertRefused(folder, "holds no signal-leak statistics");
      Files.write(stats, new byte[20]);
      assertRefused(folder, "not a valid safetensors file");
    }
  }

  private static void assertRefused(Path folder, String complaint) {
    assertThatThrownBy(() -> LeakStatistics.read(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(complaint);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void theSummaryIsWhatSamplesShow(int n) {
    int draws = 4000;
    try (var scope = new TensorScope();
        var statistics = statistics(n, Map.of());
        var generator = new SeededGenerator(9)) {
      LeakSummary summary = statistics.summary();
      assertThat(summary.type()).isEqualTo(statistics.type());
      assertThat(summary.frequencies()).hasSize(n);
      Tensor leaks = new SignalLeak(statistics, LeakControls.NONE).sample(generator, draws);
      Tensor means = leaks.mean(2, 3);
      for (int c = 0; c < 4; c++) {
        double spread = summary.channelSpreads().get(c);
        Tensor channel = means.select(1, c).to(DType.FLOAT64.torch());
        // Five standard errors of a mean and of a standard deviation.
        assertThat(Math.abs(channel.mean().item_double() - summary.channelMeans().get(c)))
            .isLessThan(5 * spread / Math.sqrt(draws));
        assertThat(Math.abs(channel.std(true).item_double() / spread - 1))
            .isLessThan(5 / Math.sqrt(2.0 * draws));
      }
    }
  }
}
