package io.chiaroscuro.clip;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CLIPTextModelTest {

  private static CLIPTextModel model(String name, DType dtype) {
    var config = CLIPTextConfig.read(Fixture.path("networks/" + name + ".json"));
    return new CLIPTextModel(config, Weights.seeded(7, dtype, Device.CPU));
  }

  @ParameterizedTest
  @CsvSource({
    "clip1,FLOAT32,1e-5",
    "clip2,FLOAT32,1e-5",
    "clip1,BFLOAT16,5e-2",
    "clip2,BFLOAT16,5e-2",
    "clip1,FLOAT16,5e-2",
    "clip2,FLOAT16,5e-2"
  })
  void equalsTransformersWithAndWithoutClipSkip(String name, DType dtype, double relativeError) {
    try (var scope = new TensorScope();
        var model = model(name, dtype);
        SafetensorsFile fixture = Fixture.tensors("networks/" + name)) {
      Tensor ids = fixture.tensor("ids");
      Fixture.assertClose(model.forward(ids), fixture.tensor("out"), relativeError);
      for (int skip = 1; skip <= model.config().numHiddenLayers(); skip++) {
        Fixture.assertClose(model.forward(ids, skip), fixture.tensor("skip" + skip), relativeError);
      }
    }
  }

  @Test
  void refusesToSkipMoreLayersThanThereAre() {
    try (var scope = new TensorScope();
        var model = model("clip1", DType.FLOAT32);
        SafetensorsFile fixture = Fixture.tensors("networks/clip1")) {
      Tensor ids = fixture.tensor("ids");
      assertThatThrownBy(() -> model.forward(ids, 4))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("3 layers");
    }
  }
}
