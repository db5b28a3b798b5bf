package io.chiaroscuro.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void refusesAHeaderThatLiesAboutItsLength() throws Exception {
    Path path = folder.resolve("lies.safetensors");
    Files.write(path, new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{', '}'});
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("lies.safetensors");
  }
}
