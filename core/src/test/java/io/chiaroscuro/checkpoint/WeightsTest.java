package io.chiaroscuro.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {

  @TempDir Path folder;

  private void write(String file, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(folder.resolve(file), tensors, Map.of());
  }

  private static Tensor filled(float value, long... shape) {
    Tensor tensor = Tensors.zeros(DType.FLOAT32, shape);
    tensor.fill_(new org.bytedeco.pytorch.Scalar(value));
    return tensor;
  }

  private Weights open() {
    return Weights.open(folder, DType.FLOAT32, Device.CPU);
  }

  private static void assertRefused(ThrowingCallable code, String... parts) {
    assertThatThrownBy(code)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  @Test
  void everyViewOfALayerSharesItsAdapters() {
    try (var scope = new TensorScope();
        var weights = Weights.seeded(0, DType.FLOAT32, Device.CPU)) {
      var adapters = weights.at("a", 1).adapters();
      var adapter = new LowRankAdapter(filled(1, 2, 3), filled(1, 4, 2), 0.5);
      adapters.add(adapter);
      assertThat(weights.at("a").at("1").adapters()).isSameAs(adapters).containsExactly(adapter);
      assertThat(weights.at("a").at("2").adapters()).isEmpty();
      assertThat(weights.adaptable()).containsOnlyKeys("a.1", "a.2").containsEntry("a.1", adapters);
      assertThat(adapter.rank()).isEqualTo(2);
      assertThat(adapter.times(3).scale()).isEqualTo(1.5);
    }
  }

  @Test
  void looksUpByScope() {
    try (var scope = new TensorScope()) {
      write("model.safetensors", Map.of("a.1.weight", filled(1, 2, 3), "a.1.bias", filled(2, 2)));
      try (var weights = open()) {
        Weights layer = weights.at("a", 1);
        assertThat(layer.has("weight")).isTrue();
        assertThat(layer.has("gain")).isFalse();
        assertThat(Tensors.floats(layer.get("bias", 2))).containsExactly(2, 2);
        assertThat(weights.surplus()).containsExactly("a.1.weight");
        assertRefused(weights::requireNoSurplus, "a.1.weight", "model.safetensors");
        layer.get("weight", 2, 3);
        weights.requireNoSurplus();
        assertThat(weights.tensors()).containsOnlyKeys("a.1.bias", "a.1.weight");
      }
    }
  }

  @Test
  void namesMissingMisshapenAndQuantisedTensors() {
    try (var scope = new TensorScope()) {
      write(
          "model.safetensors",
          Map.of("a.weight", filled(1, 2, 3), "q", Tensors.of(new long[] {1}, 1)));
      try (var weights = open()) {
        assertRefused(() -> weights.at("a").get("bias", 2), "'a.bias'", "[2]", "model.safetensors");
        assertRefused(
            () -> weights.at("a").get("weight", 3, 2),
            "'a.weight'",
            "[2, 3]",
            "[3, 2]",
            "model.safetensors");
        assertRefused(() -> weights.get("q", 1), "'q'", "int64");
      }
    }
  }

  @Test
  void holdsFloat32FilesOnce() {
    try (var scope = new TensorScope()) {
      write("model.safetensors", Map.of("a", filled(1, 1000), "b", filled(2, 1000)));
      try (var weights = open();
          var file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
        long distance =
            weights.get("b", 1000).data_ptr().address()
                - weights.get("a", 1000).data_ptr().address();
        // Copies would lie where the allocator put them; views lie as in the file.
        assertThat(distance)
            .isEqualTo(file.entries().get("b").begin() - file.entries().get("a").begin());
        weights.requireNoSurplus();
        assertThat(Tensors.floats(weights.get("b", 1000))).hasSize(1000).containsOnly(2);
      }
    }
  }

  @Test
  void convertsToTheTypeAskedFor() {
    try (var scope = new TensorScope()) {
      write("model.safetensors", Map.of("a", filled(1.5f, 4)));
      try (var weights = Weights.open(folder, DType.BFLOAT16, Device.CPU)) {
        assertThat(DType.of(weights.get("a", 4))).isEqualTo(DType.BFLOAT16);
        assertThat(Tensors.floats(weights.get("a", 4))).containsOnly(1.5f);
      }
    }
  }

  /** So that oneDNN has no picture to reorder; the numbers stay what they are. */
  @Test
  void kernelsInHalfPrecisionHaveTheirChannelsInnermost() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(0)) {
      Tensor kernel = generator.randn(5, 4, 3, 3);
      Tensor matrix = generator.randn(7, 6);
      write("model.safetensors", Map.of("kernel", kernel, "matrix", matrix));
      try (var weights = Weights.open(folder, DType.BFLOAT16, Device.CPU)) {
        Tensor read = weights.get("kernel", 5, 4, 3, 3);
        assertThat(read.is_contiguous(torch.MemoryFormat.ChannelsLast)).isTrue();
        assertThat(read.equal(kernel.to(DType.BFLOAT16.torch()))).isTrue();
        assertThat(weights.get("matrix", 7, 6).equal(matrix.to(DType.BFLOAT16.torch()))).isTrue();
      }
    }
  }

  /** What is converted is read past the map: of the file nothing stays resident. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void conversionLeavesNoPagesOfTheFileResident() throws IOException {
    int rows = 16 * 1024;
    try (var scope = new TensorScope()) {
      write("model.safetensors", Map.of("a", filled(1, rows, 1024), "b", filled(2, 64, 64, 4, 4)));
      try (var weights = Weights.open(folder, DType.BFLOAT16, Device.CPU)) {
        long before = residentFileKib();
        Tensor a = weights.get("a", rows, 1024);
        assertThat(a.min().item_float()).isEqualTo(1);
        assertThat(weights.get("b", 64, 64, 4, 4).max().item_float()).isEqualTo(2);
        assertThat(residentFileKib() - before).isLessThan(16 * 1024);
      }
      // The measure can fail: the same tensor, mapped, is resident.
      try (var weights = open()) {
        long before = residentFileKib();
        weights.get("a", rows, 1024).sum().item_float();
        assertThat(residentFileKib() - before).isGreaterThan(48 * 1024);
      }
    }
  }

  private static long residentFileKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssFile:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void readsTheFp16VariantWhereThePlainFileIsAbsent() throws IOException {
    try (var scope = new TensorScope()) {
      Tensor half = filled(2, 3).to(DType.FLOAT16.torch());
      write("diffusion_pytorch_model.fp16.safetensors", Map.of("a", half));
      try (var weights = open()) {
        assertThat(Tensors.floats(weights.get("a", 3))).containsOnly(2);
      }
      write("diffusion_pytorch_model.safetensors", Map.of("a", filled(1, 3)));
      try (var weights = open()) {
        assertThat(Tensors.floats(weights.get("a", 3))).containsOnly(1);
      }
    }
  }

  @Test
  void readsShardsByTheirIndex() throws IOException {
    for (String index :
        new String[] {
          "model.safetensors.index.json",
          "model.safetensors.index.fp16.json",
          "model.fp16.safetensors.index.json"
        }) {
      try (var scope = new TensorScope()) {
        write("m-00001-of-00002.safetensors", Map.of("a", filled(1, 2)));
        write("m-00002-of-00002.safetensors", Map.of("b", filled(2, 2)));
        Files.writeString(
            folder.resolve(index),
            """
            {"metadata": {}, "weight_map": {"a": "m-00001-of-00002.safetensors",
             "b": "m-00002-of-00002.safetensors"}}""");
        try (var weights = open()) {
          assertThat(Tensors.floats(weights.get("b", 2))).containsOnly(2);
          assertRefused(weights::requireNoSurplus, "(a)");
          assertThat(Tensors.floats(weights.get("a", 2))).containsOnly(1);
          weights.requireNoSurplus();
        }
        Files.delete(folder.resolve("m-00002-of-00002.safetensors"));
        assertRefused(this::open, "m-00002-of-00002.safetensors");
        write("m-00002-of-00002.safetensors", Map.of("c", filled(2, 2)));
        assertRefused(this::open, "'b'", index);
        Files.writeString(folder.resolve(index), "{\"weight_map\": {\"a\": \"../x.safetensors\"}}");
        assertRefused(this::open, "weight_map", "../x.safetensors");
        Files.delete(folder.resolve(index));
      }
    }
  }

  @Test
  void readsPicklesWhereThereIsNothingSafer() throws IOException {
    for (String name : new String[] {"diffusion_pytorch_model", "pytorch_model"}) {
      try (var scope = new TensorScope()) {
        Path pickle = folder.resolve(name + ".bin");
        new TorchSave().bytes('}').text("a").tensor(filled(1, 2)).bytes('s').write(pickle);
        try (var weights = open()) {
          assertThat(Tensors.floats(weights.get("a", 2))).containsOnly(1);
          weights.requireNoSurplus();
        }
        write("model.fp16.safetensors", Map.of("a", filled(2, 2)));
        try (var weights = open()) {
          assertThat(Tensors.floats(weights.get("a", 2))).containsOnly(2);
        }
        Files.delete(folder.resolve("model.fp16.safetensors"));
        Files.writeString(
            folder.resolve(name + ".bin.index.json"),
            "{\"weight_map\": {\"a\": \"%s\"}}".formatted("shard.bin"));
        Files.move(pickle, folder.resolve("shard.bin"));
        try (var weights = open()) {
          assertThat(Tensors.floats(weights.get("a", 2))).containsOnly(1);
        }
        Files.copy(Fixture.path("pickle/evil.bin"), pickle);
        assertRefused(this::open, name + ".bin", "load and run", "system");
        Files.delete(pickle);
        Files.delete(folder.resolve(name + ".bin.index.json"));
        Files.delete(folder.resolve("shard.bin"));
      }
    }
  }

  @Test
  void saysWhatToDoAboutAbsentWeights() throws IOException {
    assertRefused(this::open, "holds no weights", "diffusion_pytorch_model.safetensors");
    assertRefused(
        () -> Weights.open(folder.resolve("vae"), DType.FLOAT32, Device.CPU), "does not exist");
  }

  @Test
  void drawsTheSameSeededWeightsInAnyOrder() {
    try (var scope = new TensorScope();
        var one = Weights.seeded(3, DType.FLOAT32, Device.CPU);
        var other = Weights.seeded(3, DType.FLOAT32, Device.CPU)) {
      Tensor first = one.at("x").get("weight", 40, 10);
      other.get("y.bias", 5);
      assertThat(other.get("x.weight", 40, 10).equal(first)).isTrue();
      assertThat(other.get("z.weight", 40, 10).equal(first)).isFalse();
    }
  }
}
