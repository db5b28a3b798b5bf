package io.chiaroscuro.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuidanceEmbeddingTest {

  private static final String NAME = "networks/unet-guidance";

  @Test
  void equalsDiffusers() {
    var config = UNet2DConditionConfig.read(Fixture.path(NAME + ".json"));
    try (var scope = new TensorScope();
        var unet = new UNet2DConditionModel(config, Weights.seeded(7, DType.FLOAT32, Device.CPU));
        SafetensorsFile expected = Fixture.tensors(NAME)) {
      double[] scales = Tensors.doubles(expected.tensor("scales"));
      for (int i = 0; i < scales.length; i++) {
        Tensor embedding = GuidanceEmbedding.of(scales[i], config.timeCondProjDim(), 1);
        // Sines of several thousand, whose float32 is good to 5e-4.
        Fixture.assertClose(embedding, expected.tensor(i + ".embedding"), 5e-4);
        Tensor out =
            unet.forward(
                expected.tensor("sample"),
                981,
                new Conditioning(
                    expected.tensor("text"),
                    Optional.empty(),
                    Optional.of(expected.tensor(i + ".embedding"))));
        Fixture.assertClose(out, expected.tensor(i + ".out"), 1e-5);
      }
      assertThat(Fixture.relativeError(expected.tensor("0.out"), expected.tensor("1.out")))
          .as("what the scale changes")
          .isGreaterThan(1e-3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, 0, 2, 7})
  void refusesLengthsThatCannotBe(int dim, @TempDir Path folder) throws IOException {
    String json = Files.readString(Fixture.path(NAME + ".json"));
    Path file = Files.writeString(folder.resolve("config.json"), json.replace("16\n}", dim + "}"));
    assertThatThrownBy(() -> UNet2DConditionConfig.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'time_cond_proj_dim' is " + dim);
  }
}
