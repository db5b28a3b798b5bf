package io.chiaroscuro.adapter;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no LoRA, or none for this model, is told in one sentence. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignLoraTest {

  private static final String CONTEXT =
      "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.";

  private TinyNetworks networks;
  @TempDir Path folder;

  /** Of Stable Diffusion 1.x in the widths, and small where nothing depends on it. */
  @BeforeAll
  void build() throws IOException {
    Path config = Fixture.path("pipelines/family1/unet/config.json");
    Path wide = Files.createTempFile("wide", ".json");
    Files.writeString(
        wide,
        Files.readString(config)
            .replace("\"cross_attention_dim\": 32", "\"cross_attention_dim\": 768"));
    networks =
        new TinyNetworks(
            new UNet2DConditionModel(UNet2DConditionConfig.read(wide), HollowWeights.create()),
            new CLIPTextModel(
                CLIPTextConfig.read(Fixture.path("pipelines/family1/text_encoder/config.json")),
                HollowWeights.create()));
    Files.delete(wide);
  }

  @AfterAll
  void close() {
    networks.close();
  }

  private void assertRefused(
      Map<String, Tensor> tensors, Map<String, String> metadata, String... parts) {
    Path path = folder.resolve("foreign.safetensors");
    SafetensorsWriter.write(path, tensors, metadata);
    assertRefused(path, parts);
  }

  private void assertRefused(Path path, String... parts) {
    assertThatThrownBy(() -> LoraFile.read(path, networks.weights()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "1024, Stable Diffusion 2.x",
    "2048, Stable Diffusion XL",
    "1280, refiner",
    "640, 640 numbers"
  })
  void namesBothFamilies(long width, String family) {
    try (var scope = new TensorScope()) {
      assertRefused(
          Map.of(
              CONTEXT + "lora_down.weight", Tensors.zeros(DType.FLOAT16, 4, width),
              CONTEXT + "lora_up.weight", Tensors.zeros(DType.FLOAT16, 32, 4)),
          Map.of(),
          "foreign.safetensors",
          family,
          "768 numbers (Stable Diffusion 1.x)");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lora_te2_text_model_encoder_layers_0_mlp_fc1, Stable Diffusion XL",
    "lora_unet_double_blocks_0_img_attn_proj, Flux",
    "transformer.transformer_blocks.0.attn.to_q, Stable Diffusion 3",
    "lora_unet_something, another family"
  })
  void suspectsAFamilyByNames(String label, String family) {
    try (var scope = new TensorScope()) {
      Tensor factor = Tensors.zeros(DType.FLOAT32, 4, 4);
      assertRefused(
          Map.of(label + ".lora_down.weight", factor, label + ".lora_up.weight", factor),
          Map.of(),
          family,
          label,
          "1 layer");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dora_scale, DoRA",
    "hada_w1_a, LoHa",
    "lokr_w2, LoKr",
    "oft_blocks, OFT",
    "diff, whole weights",
    "w_norm, norms",
    "surprise, PEFT"
  })
  void callsOtherMethodsByTheirNames(String ending, String method) {
    try (var scope = new TensorScope()) {
      Tensor factor = Tensors.zeros(DType.FLOAT32, 4, 4);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put(CONTEXT + "alpha", factor);
      tensors.put(CONTEXT + ending, factor);
      assertRefused(tensors, Map.of(), method, CONTEXT + ending);
    }
  }

  @Test
  void refusesOneFactorUnderTwoNames() {
    try (var scope = new TensorScope()) {
      Tensor factor = Tensors.zeros(DType.FLOAT32, 4, 768);
      assertRefused(
          Map.of(CONTEXT + "lora_down.weight", factor, CONTEXT + "lora.down.weight", factor),
          Map.of(),
          "twice",
          "lora_down",
          "lora.down");
    }
  }

  @Test
  void readsNoQuantisedFactors() {
    try (var scope = new TensorScope()) {
      assertRefused(
          Map.of(
              CONTEXT + "lora_down.weight", Tensors.zeros(DType.INT8, 4, 768),
              CONTEXT + "lora_up.weight", Tensors.zeros(DType.FLOAT32, 32, 4)),
          Map.of(),
          "int8",
          "quantised");
    }
  }

  @Test
  void saysWhatCloneofsimosFileLacks() {
    try (var scope = new TensorScope()) {
      Tensor factor = Tensors.zeros(DType.FLOAT32, 4, 4);
      Map<String, Tensor> pair = Map.of("unet:0:up", factor, "unet:0:down", factor);
      assertRefused(pair, Map.of(), "'unet'", "absent", "CrossAttention");
      assertRefused(pair, Map.of("unet", "[\"Mystery\"]"), "Mystery");
      assertRefused(pair, Map.of("unet", "[\"GEGLU\"]"), "1 layers", "has 4");
      assertRefused(Map.of("vae:0:up", factor), Map.of(), "vae");
      assertRefused(
          Map.of("unet:0:up", factor, "unet:0:down", factor, "other", factor), Map.of(), "other");
    }
    assertRefused(SharedData.path("loras/lora_disney.safetensors"), "144", "unet", "family");
  }

  @Test
  void namesWhatAFolderLacks() throws IOException {
    assertRefused(folder, LoraFile.NAME, "adapter_model.safetensors");
    Path peft = Fixture.path("adapters/formats/peft/unet");
    for (String file : new String[] {"adapter_model.safetensors", "adapter_config.json"}) {
      Files.copy(peft.resolve(file), folder.resolve(file));
    }
    Path config = folder.resolve("adapter_config.json");
    Files.writeString(config, Files.readString(config).replace("\"LORA\"", "\"LOHA\""));
    assertRefused(folder, "LOHA", "adapter_config.json");
    Files.writeString(config, "{");
    assertRefused(folder, "no JSON", "adapter_config.json");
    Files.delete(config);
    Files.delete(folder.resolve("adapter_model.safetensors"));
  }

  @Test
  void adaptsOnlyWhatIsThere() {
    assertThatThrownBy(
            () ->
                LoraFile.read(
                    Fixture.path("adapters/files/kohya.safetensors"),
                    Map.of(Component.TEXT_ENCODER, networks.textEncoder().weights())))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("this model lacks");
  }
}
