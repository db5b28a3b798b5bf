package io.chiaroscuro.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CLIPTextModelWithProjectionTest {

  private static CLIPTextModelWithProjection model(String name, DType dtype) {
    var config = CLIPTextConfig.read(Fixture.path("networks/" + name + ".json"));
    return new CLIPTextModelWithProjection(
        config, Weights.seeded(7, dtype, Device.CPU), Segments.PLAIN);
  }

  @ParameterizedTest
  @CsvSource({
    "clip_projection1,FLOAT32,1e-5",
    "clip_projection2,FLOAT32,1e-5",
    "clip_projection1,BFLOAT16,5e-2",
    "clip_projection2,FLOAT16,5e-2"
  })
  void equalsTransformers(String name, DType dtype, double relativeError) {
    try (var scope = new TensorScope();
        var model = model(name, dtype);
        SafetensorsFile fixture = Fixture.tensors("networks/" + name)) {
      Tensor ids = fixture.tensor("ids");
      for (int skip = 0; skip < model.config().numHiddenLayers(); skip++) {
        var output = model.forward(ids, skip);
        Tensor hidden = fixture.tensor("skip" + skip);
        Fixture.assertClose(output.hiddenStates(), hidden, relativeError);
        Fixture.assertClose(output.textEmbeds(), fixture.tensor("text_embeds"), relativeError);
        Fixture.assertClose(model.textModel().penultimate(ids, skip), hidden, relativeError);
      }
    }
  }

  @Test
  void bearsTheNamesOfTransformers() {
    try (var model = model("clip_projection1", DType.FLOAT32)) {
      assertThat(model.weights().tensors())
          .containsKeys(
              "text_projection.weight",
              "text_model.embeddings.token_embedding.weight",
              "text_model.encoder.layers.2.self_attn.q_proj.weight",
              "text_model.final_layer_norm.bias");
      assertThat(model.weights().adaptable())
          .containsKey("text_model.encoder.layers.0.self_attn.out_proj");
    }
  }

  @Test
  void refusesToSkipMoreLayersThanThereAre() {
    try (var scope = new TensorScope();
        var model = model("clip_projection1", DType.FLOAT32);
        SafetensorsFile fixture = Fixture.tensors("networks/clip_projection1")) {
      Tensor ids = fixture.tensor("ids");
      assertThatThrownBy(() -> model.forward(ids, 3))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("choose 0 to 2");
    }
  }
}
