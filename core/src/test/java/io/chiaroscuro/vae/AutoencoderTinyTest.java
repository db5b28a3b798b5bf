package io.chiaroscuro.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoencoderTinyTest {

  private static AutoencoderTiny seeded(String name) {
    return new AutoencoderTiny(
        AutoencoderTinyConfig.read(Fixture.path("autoencoders/" + name + "/config.json")),
        Weights.seeded(7, DType.FLOAT32, Device.CPU));
  }

  @ParameterizedTest
  @ValueSource(strings = {"taesd", "shallow"})
  void equalsDiffusers(String name) {
    try (var scope = new TensorScope();
        var model = seeded(name);
        SafetensorsFile fixture = Fixture.tensors("autoencoders/" + name + "/expected")) {
      Fixture.assertClose(
          model.scale(model.encode(fixture.tensor("images")).mode()),
          fixture.tensor("latents"),
          1e-5);
      Fixture.assertClose(decoded(model, fixture), fixture.tensor("decoded"), 1e-5);
      // Pictures one by one are computed in another order.
      Fixture.assertClose(decoded(model.sliced(), fixture), fixture.tensor("decoded"), 1e-5);
    }
  }

  private static Tensor decoded(Autoencoder model, SafetensorsFile fixture) {
    return model.decode(model.unscale(fixture.tensor("strong")));
  }

  @Test
  void takesPicturesOfItsChannelsWhole() {
    try (var scope = new TensorScope();
        var model = seeded("shallow")) {
      assertThatThrownBy(() -> model.encode(torch.zeros(1, 1, 8, 8)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("[1, 1, 8, 8]; this autoencoder takes (batch, 3, height, width)");
      assertThatThrownBy(() -> model.encode(torch.zeros(1, 3, 8, 3)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("3x8 pixels are too small; each side needs at least 4");
      assertThatThrownBy(() -> model.decode(torch.zeros(1, 4, 8, 8)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("(batch, 16, height, width)");
      assertThatThrownBy(model::tiled)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("leave out --vae-tiling");
    }
  }

  @Test
  void readsFoldersAsTheyArePublished(@TempDir Path folder) throws IOException {
    Files.copy(Fixture.path("autoencoders/shallow/config.json"), folder.resolve("config.json"));
    try (var scope = new TensorScope();
        var seeded = seeded("shallow")) {
      SafetensorsWriter.write(
          folder.resolve("diffusion_pytorch_model.safetensors"),
          seeded.weights().tensors(),
          Map.of());
      try (var read = Autoencoder.read(folder, DType.FLOAT32, Device.CPU);
          SafetensorsFile fixture = Fixture.tensors("autoencoders/shallow/expected")) {
        assertThat(read).isInstanceOf(AutoencoderTiny.class);
        assertThat(read.downscale()).isEqualTo(4);
        Fixture.assertClose(decoded(read, fixture), fixture.tensor("decoded"), 1e-5);
      }
    }
  }

  @Test
  void refusesLevelsOfDifferentWidths() {
    assertThatThrownBy(
            () ->
                new AutoencoderTinyConfig(
                    3,
                    3,
                    List.of(8, 16),
                    List.of(8, 8),
                    AutoencoderTinyConfig.DEFAULTS.actFn(),
                    4,
                    List.of(1, 1),
                    List.of(1, 1),
                    1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("encoder_block_out_channels")
        .hasMessageContaining("8 and 16");
  }
}
