package io.chiaroscuro.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

  @TempDir Path folder;

  @Test
  void readsBackWhatItWrote() {
    Path path = folder.resolve("a.safetensors");
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      Tensor weight = generator.randn(3, 5);
      Tensor half = generator.randn(7).to(DType.BFLOAT16.torch());
      Tensor ids = Tensors.of(new long[] {4, 5, 6}, 3);
      Tensor empty = Tensors.zeros(DType.FLOAT32, 0, 2);
      SafetensorsWriter.write(
          path,
          Map.of("weight", weight, "half", half, "ids", ids, "empty", empty),
          Map.of("format", "pt"));
      try (var file = SafetensorsFile.open(path)) {
        assertThat(file.metadata()).containsEntry("format", "pt");
        assertThat(file.entries()).hasSize(4);
        assertThat(Tensors.floats(file.tensor("weight"))).containsExactly(Tensors.floats(weight));
        assertThat(file.tensor("half").equal(half)).isTrue();
        assertThat(Tensors.longs(file.tensor("ids"))).containsExactly(4, 5, 6);
        assertThat(Tensors.shape(file.tensor("empty"))).containsExactly(0, 2);
        assertThatThrownBy(() -> file.tensor("bias"))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("'bias'");
      }
    }
  }

  @Test
  void aTensorOutlivesItsFile() {
    Path path = folder.resolve("a.safetensors");
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(path, Map.of("x", Tensors.of(new float[] {1, 2, 3}, 3)), Map.of());
      Tensor x;
      try (var file = SafetensorsFile.open(path)) {
        x = file.tensor("x");
      }
      assertThat(Tensors.floats(x)).containsExactly(1, 2, 3);
    }
  }

  /** Reading and writing at once: the same bytes, whoever wrote them. */
  @Test
  void writesWhatPythonWroteByteForByte() throws Exception {
    Path python = Fixture.path("safetensors/every-dtype.safetensors");
    Path ours = folder.resolve("ours.safetensors");
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(python)) {
      assertThat(file.entries()).hasSize(DType.values().length + 3);
      assertThat(file.metadata()).containsEntry("schlüssel", "Wert mit Umlaut: größer — 夜 🌚");
      Map<String, Tensor> tensors = new HashMap<>();
      file.entries().keySet().forEach(name -> tensors.put(name, file.tensor(name)));
      SafetensorsWriter.write(ours, tensors, file.metadata());
    }
    assertThat(ours).hasSameBinaryContentAs(python);
  }

  @Test
  void readsEveryElementTypeOfPython() {
    try (var scope = new TensorScope();
        var file = Fixture.tensors("safetensors/every-dtype")) {
      assertThat(Tensors.shape(file.tensor("scalar"))).isEmpty();
      assertThat(Tensors.floats(file.tensor("scalar"))).containsExactly(2.5f);
      assertThat(Tensors.shape(file.tensor("empty"))).containsExactly(0, 4);
      assertThat(Tensors.floats(file.tensor("名前 with space.weight")))
          .containsExactly(1, -0.0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
      assertThat(Tensors.longs(file.tensor("int64"))).contains(Long.MIN_VALUE, Long.MAX_VALUE);
      assertThat(Tensors.longs(file.tensor("int8"))).containsExactly(-128, -1, 0, 1, 127);
      assertThat(Tensors.longs(file.tensor("uint8"))).containsExactly(0, 51, 102, 153, 204, 255);
      assertThat(Tensors.longs(file.tensor("bool"))).containsExactly(1, 0, 0, 1);
      try (var generator = new SeededGenerator(1)) {
        Tensor values = generator.randn(2, 3);
        assertThat(file.tensor("float32").equal(values)).isTrue();
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16)) {
          assertThat(file.tensor(dtype.toString()).equal(values.to(dtype.torch()))).isTrue();
        }
      }
    }
  }

  @Test
  void opensAFileWithForeignElementTypes() {
    try (var scope = new TensorScope();
        var file = Fixture.tensors("safetensors/foreign")) {
      assertThat(file.entries()).containsOnlyKeys("float32");
      assertThat(Tensors.floats(file.tensor("float32"))).containsExactly(1, 1, 1);
      assertThat(file.foreignTensors().values())
          .containsExactlyInAnyOrder("F8_E4M3", "F8_E5M2", "U16", "U32", "U64", "C64");
      assertThatThrownBy(() -> file.tensor("complex64"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("'complex64'")
          .hasMessageContaining("C64");
    }
  }

  @Test
  void readsAFileWithoutWritePermissionAtAnUnusualPath() throws Exception {
    Path path = folder.resolve("Bücher & 夜 🌚/my model.safetensors");
    Files.createDirectories(path.getParent());
    Files.copy(Fixture.path("safetensors/every-dtype.safetensors"), path);
    assertThat(path.toFile().setWritable(false, false)).isTrue();
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(path)) {
      Tensor scalar = file.tensor("scalar");
      scalar.add_(scalar);
      assertThat(Tensors.floats(scalar)).containsExactly(5);
    }
    assertThat(path).hasSameBinaryContentAs(Fixture.path("safetensors/every-dtype.safetensors"));
  }

  /** The format does not ask for alignment, libtorch does. */
  @Test
  void readsTensorsThatStartAnywhere() throws Exception {
    String header =
        """
        {"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]},
         "b": {"dtype": "F32", "shape": [2], "data_offsets": [1, 9]}}""";
    for (int padding = 0; padding < 4; padding++) {
      byte[] text = (header + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + 9).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(text.length).put(text).put((byte) 7).putFloat(1.5f).putFloat(-2);
      Path path = Files.write(folder.resolve("unaligned.safetensors"), bytes.array());
      try (var scope = new TensorScope();
          var file = SafetensorsFile.open(path)) {
        assertThat(Tensors.floats(file.tensor("b"))).containsExactly(1.5f, -2);
      }
    }
  }
}
