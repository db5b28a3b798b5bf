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
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UNet2DConditionModelTest {

  private static final int SAMPLES = 4;

  private static UNet2DConditionModel model(String name, DType dtype) {
    var config = UNet2DConditionConfig.read(Fixture.path("networks/" + name + ".json"));
    return new UNet2DConditionModel(config, Weights.seeded(7, dtype, Device.CPU));
  }

  private static double worst(String name, DType dtype) {
    double worst = 0;
    try (var scope = new TensorScope();
        var model = model(name, dtype);
        SafetensorsFile fixture = Fixture.tensors("networks/" + name)) {
      for (int i = 0; i < SAMPLES; i++) {
        Tensor out =
            model.forward(
                fixture.tensor(i + ".sample").to(dtype.torch()),
                fixture.tensor(i + ".timestep").item_double(),
                conditioning(fixture, i, dtype));
        assertThat(DType.of(out)).isEqualTo(dtype);
        assertThat(Tensors.isFinite(out)).isTrue();
        worst = Math.max(worst, Fixture.relativeError(out, fixture.tensor(i + ".out")));
      }
    }
    return worst;
  }

  private static Conditioning conditioning(SafetensorsFile fixture, int i, DType dtype) {
    Tensor text = fixture.tensor(i + ".text").to(dtype.torch());
    if (!fixture.entries().containsKey(i + ".text_embeds")) {
      return Conditioning.of(text);
    }
    Tensor pooled = fixture.tensor(i + ".text_embeds").to(dtype.torch());
    return new Conditioning(
        text, Optional.of(new AddedConditions(pooled, fixture.tensor(i + ".time_ids"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"unet1", "unet2", "unet_xl"})
  void equalsDiffusers(String name) {
    assertThat(worst(name, DType.FLOAT32)).isLessThan(1e-5);
  }

  /** As near to float32 as diffusers' own half precision is, of which the fixture tells. */
  @ParameterizedTest
  @CsvSource({
    "unet1,BFLOAT16",
    "unet1,FLOAT16",
    "unet2,BFLOAT16",
    "unet2,FLOAT16",
    "unet_xl,BFLOAT16",
    "unet_xl,FLOAT16"
  })
  void roundsNoMoreThanDiffusersInHalfPrecision(String name, DType dtype) {
    try (var scope = new TensorScope();
        SafetensorsFile fixture = Fixture.tensors("networks/" + name)) {
      double diffusers = fixture.tensor(dtype.name() + ".error").item_double();
      assertThat(worst(name, dtype)).isLessThan(1.25 * diffusers);
    }
  }

  @Test
  void takesATimestepForEachSample() {
    try (var scope = new TensorScope();
        var model = model("unet1", DType.FLOAT32);
        SafetensorsFile fixture = Fixture.tensors("networks/unet1")) {
      Tensor sample = fixture.tensor("0.sample");
      Tensor text = fixture.tensor("0.text");
      Tensor both = model.forward(sample, Tensors.of(new long[] {981, 3}, 2), text);
      Tensor second = model.forward(sample, 3, text);
      Fixture.assertClose(both.narrow(0, 0, 1), fixture.tensor("0.out").narrow(0, 0, 1), 1e-5);
      Fixture.assertClose(both.narrow(0, 1, 1), second.narrow(0, 1, 1), 1e-5);
    }
  }

  @Test
  void namesATextEncoderThatDoesNotFit() {
    try (var scope = new TensorScope();
        var model = model("unet1", DType.FLOAT32)) {
      Tensor sample = Tensors.zeros(DType.FLOAT32, 1, 4, 8, 8);
      Tensor text = Tensors.zeros(DType.FLOAT32, 1, 77, 32);
      assertThatThrownBy(() -> model.forward(sample, 1, text))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("(1, tokens, 24)");
    }
  }

  @Test
  void takesAddedConditionsJustWhereItWasTrainedOnThem() {
    try (var scope = new TensorScope();
        var plain = model("unet1", DType.FLOAT32);
        var xl = model("unet_xl", DType.FLOAT32)) {
      Tensor sample = Tensors.zeros(DType.FLOAT32, 1, 4, 8, 8);
      Tensor ids = Tensors.zeros(DType.FLOAT32, 1, 6);
      var added = Optional.of(new AddedConditions(Tensors.zeros(DType.FLOAT32, 1, 24), ids));
      Tensor text = Tensors.zeros(DType.FLOAT32, 1, 77, 24);
      assertThatThrownBy(() -> plain.forward(sample, 1, new Conditioning(text, added)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("not Stable Diffusion XL's");
      Tensor longer = Tensors.zeros(DType.FLOAT32, 1, 77, 80);
      assertThatThrownBy(() -> xl.forward(sample, 1, longer))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("pooled prompt and sizes");
      var wide = Optional.of(new AddedConditions(Tensors.zeros(DType.FLOAT32, 1, 25), ids));
      assertThatThrownBy(() -> xl.forward(sample, 1, new Conditioning(longer, wide)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("[1, 25]", "[1, 6]", "72");
    }
  }

  @Test
  void residentSizeStaysFlatOverAHundredForwards() {
    // The latents are large enough that a single leaked activation a step would show.
    try (var scope = new TensorScope();
        var model = model("unet1", DType.FLOAT32)) {
      Tensor sample = Tensors.zeros(DType.FLOAT32, 2, 4, 48, 48);
      Tensor text = Tensors.zeros(DType.FLOAT32, 2, 77, 24);
      long after20 = 0;
      for (int step = 0; step < 100; step++) {
        try (var stepScope = new TensorScope()) {
          model.forward(sample, step, text);
        }
        if (step == 20) {
          after20 = Pointer.physicalBytes();
        }
      }
      assertThat(Pointer.physicalBytes() - after20).isLessThan(24L << 20);
    }
  }
}
