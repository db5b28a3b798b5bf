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
import io.chiaroscuro.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoencoderKLTest {

  private static final int SAMPLES = 3;

  private static AutoencoderKL model(String name, DType dtype) {
    var config = AutoencoderKLConfig.read(Fixture.path("networks/" + name + ".json"));
    return new AutoencoderKL(config, Weights.seeded(7, dtype, Device.CPU));
  }

  @ParameterizedTest
  @CsvSource({
    "vae1,FLOAT32,1e-5",
    "vae2,FLOAT32,1e-5",
    "vae1,BFLOAT16,5e-2",
    "vae2,BFLOAT16,5e-2",
    "vae1,FLOAT16,5e-2",
    "vae2,FLOAT16,5e-2"
  })
  void equalsDiffusers(String name, DType dtype, double relativeError) {
    try (var scope = new TensorScope();
        var model = model(name, dtype);
        SafetensorsFile fixture = Fixture.tensors("networks/" + name)) {
      for (int i = 0; i < SAMPLES; i++) {
        var distribution = model.encode(fixture.tensor(i + ".images").to(dtype.torch()));
        Fixture.assertClose(distribution.mean(), fixture.tensor(i + ".mean"), relativeError);
        Fixture.assertClose(distribution.logvar(), fixture.tensor(i + ".logvar"), relativeError);
        Tensor decoded = model.decode(fixture.tensor(i + ".mean").to(dtype.torch()));
        assertThat(DType.of(decoded)).isEqualTo(dtype);
        Fixture.assertClose(decoded, fixture.tensor(i + ".decoded"), relativeError);
      }
    }
  }

  @Test
  void samplesTheLatentsDiffusersSamples() {
    try (var scope = new TensorScope();
        var model = model("vae1", DType.FLOAT32);
        SafetensorsFile fixture = Fixture.tensors("networks/vae1")) {
      for (int i = 0; i < SAMPLES; i++) {
        try (var generator = new SeededGenerator(i)) {
          Tensor sample = model.encode(fixture.tensor(i + ".images")).sample(generator);
          Fixture.assertClose(sample, fixture.tensor(i + ".sample"), 1e-5);
        }
      }
    }
  }

  @Test
  void clampsTheLogarithmOfTheVariance() {
    try (var scope = new TensorScope()) {
      Tensor parameters = Tensors.of(new float[] {1, 2, 99, -99}, 1, 4, 1, 1);
      var distribution = DiagonalGaussianDistribution.of(parameters);
      assertThat(Tensors.floats(distribution.mode())).containsExactly(1, 2);
      assertThat(Tensors.floats(distribution.logvar())).containsExactly(20, -30);
    }
  }

  @Test
  void unscalesWhatItScaled() {
    try (var scope = new TensorScope();
        var model = model("vae1", DType.FLOAT32)) {
      Tensor latents = Tensors.of(new float[] {1, -2}, 2);
      Tensor scaled = model.scale(latents);
      assertThat(Tensors.floats(scaled)).containsExactly(0.18215f, -0.3643f);
      Fixture.assertClose(model.unscale(scaled), latents, 1e-6);
    }
  }

  @Test
  void refusesImagesSmallerThanOneLatent() {
    try (var scope = new TensorScope();
        var model = model("vae2", DType.FLOAT32)) {
      Tensor images = Tensors.zeros(DType.FLOAT32, 1, 3, 64, 2);
      assertThatThrownBy(() -> model.encode(images))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("2x64");
    }
  }
}
