package io.chiaroscuro.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TiledAutoencoderTest {

  private static AutoencoderKLConfig config() {
    return AutoencoderKLConfig.read(Fixture.path("networks/vae1.json"));
  }

  private static AutoencoderKL model() {
    return new AutoencoderKL(config(), Weights.seeded(7, DType.FLOAT32, Device.CPU));
  }

  @Test
  void equalsDiffusers() {
    try (var scope = new TensorScope();
        var model = model();
        SafetensorsFile fixture = Fixture.tensors("autoencoders/tiled")) {
      AutoencoderKL tiled = model.tiled();
      var distribution = tiled.encode(fixture.tensor("images"));
      Fixture.assertClose(distribution.mean(), fixture.tensor("mean"), 1e-5);
      Fixture.assertClose(distribution.logvar(), fixture.tensor("logvar"), 1e-5);
      Fixture.assertClose(tiled.decode(fixture.tensor("mean")), fixture.tensor("decoded"), 1e-5);
      Fixture.assertClose(
          tiled.decode(fixture.tensor("wide")), fixture.tensor("wide.decoded"), 1e-5);
    }
  }

  @Test
  void slicesChangeNothingAndMayBeTiled() {
    try (var scope = new TensorScope();
        var model = model();
        var generator = new SeededGenerator(1)) {
      Tensor images = generator.randn(3, 3, 40, 24);
      Tensor latents = generator.randn(3, 4, 20, 12);
      Fixture.assertClose(model.sliced().encode(images).mean(), model.encode(images).mean(), 1e-5);
      Fixture.assertClose(model.sliced().decode(latents), model.decode(latents), 1e-5);
      Fixture.assertClose(
          model.tiled().sliced().decode(latents), model.tiled().decode(latents), 1e-5);
      assertThat(Fixture.relativeError(model.tiled().decode(latents), model.decode(latents)))
          .as("tiles are another picture")
          .isGreaterThan(1e-3);
    }
  }

  @Test
  void leavesWhatIsNoLargerThanATileWhole() {
    List<Long> heights = new ArrayList<>();
    var tiled =
        new Tiled(
            x -> {
              heights.add(x.size(2));
              return x.clone();
            },
            8,
            8);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1)) {
      tiled.forward(generator.randn(1, 1, 8, 5));
      assertThat(heights).containsExactly(8L);
      Tensor x = generator.randn(1, 1, 13, 30);
      Fixture.assertClose(tiled.forward(x), x, 1e-6);
      assertThat(heights).hasSize(1 + 3 * 5);
    }
  }

  @Test
  void refusesTilesThatDoNotOverlapByWholeLatents() {
    var odd =
        new AutoencoderKLConfig(
            36,
            3,
            3,
            4,
            config().downBlockTypes(),
            config().upBlockTypes(),
            config().blockOutChannels(),
            1,
            config().actFn(),
            32,
            1,
            0,
            true,
            true,
            true);
    try (var model = new AutoencoderKL(odd, Weights.seeded(7, DType.FLOAT32, Device.CPU))) {
      assertThatThrownBy(model::tiled)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("sample_size is 36")
          .hasMessageContaining("multiple of 8");
    }
  }
}
