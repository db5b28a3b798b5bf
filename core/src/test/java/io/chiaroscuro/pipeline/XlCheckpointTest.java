package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Family;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class XlCheckpointTest {

  private Path folder;
  private Path model;

  @BeforeAll
  void write(@TempDir Path folder) {
    this.folder = folder;
    this.model = folder.resolve("model");
    SeededStableDiffusionXl.write(model, 3);
  }

  private StableDiffusion load(Path path) {
    return StableDiffusion.load(path, Device.CPU, DType.FLOAT32);
  }

  private static float[] latents(StableDiffusion model, GenerationRequest request) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1);
        var generation =
            Generation.withoutLeak(model, request, generator.randn(1, 4, 8, 8), generator)) {
      generation.forEachRemaining(step -> {});
      return Tensors.floats(generation.latents());
    }
  }

  private static GenerationRequest request(StableDiffusion model) {
    return new GenerationRequest("a lamp", "", 64, 64, 2, 5, 0, 0, model.schedulerConfig());
  }

  @Test
  void seededOneIsACheckpointOfTheFamily() {
    var index = Checkpoint.open(model).modelIndex();
    assertThat(index.family()).isEqualTo(Family.STABLE_DIFFUSION_XL);
    assertThat(index.networks()).containsExactly(Component.values());
    assertThat(index.components())
        .containsEntry("tokenizer_2", "CLIPTokenizer")
        .containsEntry("text_encoder_2", "CLIPTextModelWithProjection")
        .containsEntry("scheduler", "EulerDiscreteScheduler");
    try (var loaded = load(model)) {
      GenerationRequest request = GenerationRequest.of(loaded, "a lamp");
      assertThat(request.guidanceScale()).isEqualTo(5);
      assertThat(request.width()).isEqualTo(64);
      var towers = loaded.textEncoders().towers();
      assertThat(towers.get(0).tokenizer().padTokenId())
          .isEqualTo(towers.get(0).tokenizer().eosTokenId());
      assertThat(towers.get(1).tokenizer().padTokenId()).isZero();
    }
  }

  @Test
  void theHashCoversBothTextEncoders() throws IOException {
    Path other = folder.resolve("other");
    SeededStableDiffusionXl.write(other, 3);
    assertThat(Checkpoint.open(other).hash()).isEqualTo(Checkpoint.open(model).hash());
    Path config = other.resolve("text_encoder_2/config.json");
    Files.writeString(config, Files.readString(config) + "\n");
    assertThat(Checkpoint.open(other).hash()).isNotEqualTo(Checkpoint.open(model).hash());
  }

  @Test
  void aLoraAdaptsAnyOfItsNetworksByTheNamesOfDiffusers() {
    try (var scope = new TensorScope();
        var random = new SeededGenerator(5);
        var loaded = load(model)) {
      assertThat(loaded.networks())
          .containsOnlyKeys(Component.UNET, Component.TEXT_ENCODER, Component.TEXT_ENCODER_2);
      float[] plain = latents(loaded, request(loaded));
      for (String layer :
          List.of(
              "unet.mid_block.attentions.0.transformer_blocks.2.attn1.to_k 64",
              "text_encoder.text_model.encoder.layers.1.self_attn.q_proj 32",
              "text_encoder_2.text_model.encoder.layers.1.self_attn.q_proj 48")) {
        String name = layer.split(" ")[0];
        long width = Long.parseLong(layer.split(" ")[1]);
        Path file = folder.resolve(name + ".safetensors");
        SafetensorsWriter.write(
            file,
            Map.of(
                name + ".lora_A.weight",
                random.randn(2, width),
                name + ".lora_B.weight",
                random.randn(width, 2)),
            Map.of());
        try (Lora lora = LoraFile.read(file, loaded.networks())) {
          lora.attach(1);
          assertThat(latents(loaded, request(loaded))).as(name).isNotEqualTo(plain);
        }
        assertThat(latents(loaded, request(loaded))).as(name).isEqualTo(plain);
      }
    }
  }

  @Test
  void sizesChangeThePicture() {
    try (var loaded = load(model)) {
      GenerationRequest request = request(loaded);
      var crop = new SizeConditions(Optional.empty(), 0, 32, Optional.empty());
      var cropped = new MicroConditioning(crop, Optional.empty());
      var negative = new MicroConditioning(SizeConditions.NONE, Optional.of(crop));
      float[] plain = latents(loaded, request);
      assertThat(latents(loaded, request.withMicroConditioning(cropped))).isNotEqualTo(plain);
      assertThat(latents(loaded, request.withMicroConditioning(negative))).isNotEqualTo(plain);
      assertThat(request.withMicroConditioning(negative).describe())
          .containsEntry("negative_crops_coords_top_left", "0,32")
          .doesNotContainKey("crops_coords_top_left");
    }
    assertThatThrownBy(() -> new SizeConditions(Optional.empty(), -1, 0, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("-1,0");
  }

  @Test
  void refusesAnEmbeddingForOneTextEncoder() {
    try (var scope = new TensorScope()) {
      Tensor vectors = scope.own(Tensors.zeros(DType.FLOAT32, 1, 32));
      try (var word = new LearnedEmbedding("<dim>", vectors)) {
        assertThatThrownBy(
                () -> StableDiffusion.load(model, Device.CPU, DType.FLOAT32, List.of(word)))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContainingAll("<dim>", "one text encoder", "two");
      }
    }
  }

  @Test
  void namesPartsThatAreMissingOrFromElsewhere() throws IOException {
    Path broken = folder.resolve("broken");
    SeededStableDiffusionXl.write(broken, 3);
    Path index = broken.resolve("model_index.json");
    String whole = Files.readString(index);
    Files.writeString(
        index,
        whole.replace(
            "force_zeros_for_empty_prompt\" : true", "requires_aesthetics_score\" : true"));
    assertRefused(broken, "72 numbers", "64");
    Files.writeString(index, whole.replace("CLIPTextModelWithProjection", "T5EncoderModel"));
    assertRefused(broken, "text_encoder_2", "T5EncoderModel", "CLIPTextModelWithProjection");
    Files.writeString(index, whole);
    Files.move(broken.resolve("tokenizer_2"), broken.resolve("away"));
    assertRefused(broken, "tokenizer_2", "missing");
    Files.move(broken.resolve("away"), broken.resolve("tokenizer_2"));
    Path config = broken.resolve("text_encoder_2/config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceAll("\"projection_dim\" : 24", "\"projection_dim\" : 0"));
    assertRefused(broken, "projection_dim", "at least 1");
  }

  private void assertRefused(Path path, String... parts) {
    assertThatThrownBy(() -> load(path).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
