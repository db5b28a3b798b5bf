package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderKL;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectCommandTest {

  @TempDir Path folder;

  @Test
  void readsTheSettingsOfAPng() throws IOException {
    Path png = folder.resolve("a.png");
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("prompt", "A lighthouse\nat night \u001b[31m");
    settings.put("seed", "42");
    PngFile.write(png, RgbImage.solid(40, 30, 51, 51, 51), settings);
    JsonNode json = CommandLineRun.of("inspect", png, "--json").assertSuccess().json();
    assertThat(json.path("width").asInt()).isEqualTo(40);
    assertThat(json.path("height").asInt()).isEqualTo(30);
    assertThat(json.path("brightness").asDouble()).isCloseTo(0.2, within(1e-12));
    assertThat(json.path("text").path("prompt").asText()).isEqualTo(settings.get("prompt"));
    assertThat(CommandLineRun.of("inspect", png).assertSuccess().out())
        .contains("image (PNG)", "brightness  0.2\n", "  seed    42", "  at night ?[31m")
        .doesNotContain("\u001b");
  }

  @Test
  void readsStatisticsOfEitherType() throws IOException {
    Path pixel = folder.resolve("pixel");
    Path dctPixel = folder.resolve("dct+pixel");
    try (var a = LeakAccumulator.pixel(new LatentShape(4, 8, 12));
        var b = LeakAccumulator.dctPixel(new LatentShape(4, 8, 12), 3);
        var random = new SeededGenerator(1);
        var scope = new TensorScope()) {
      Tensor latents = random.randn(5, 4, 8, 12);
      a.add(latents);
      b.add(latents);
      a.statistics(Map.of("model", "tiny")).write(pixel);
      b.statistics(Map.of("model", "tiny")).write(dctPixel);
      float firstMean = latents.select(1, 0).mean().item_float();
      for (Path path : new Path[] {pixel, dctPixel}) {
        JsonNode json = CommandLineRun.of("inspect", path, "--json").assertSuccess().json();
        assertThat(json.path("kind").asText()).isEqualTo("statistics");
        assertThat(json.path("statistic_type").asText()).isEqualTo(path.getFileName().toString());
        assertThat(json.path("resolution")).hasToString("[96,64]");
        assertThat(json.path("image_count").asInt()).isEqualTo(5);
        assertThat(json.path("provenance").path("model").asText()).isEqualTo("tiny");
        assertThat(json.path("channels")).hasSize(4);
        assertThat(json.path("channels").path(0).path("mean").asDouble())
            .isCloseTo(firstMean, within(1e-6));
        assertThat(json.path("brightness").isNull()).isTrue();
      }
    }
    assertThat(CommandLineRun.of("inspect", pixel, dctPixel).assertSuccess().out())
        .contains("96x64 pixels", "(0,0) (0,1) (1,0)", "add --model NAME");
  }

  @Test
  void decodesTheMeanLeakForItsBrightness() throws IOException {
    Path model = model();
    Path pixel = folder.resolve("pixel");
    Path dctPixel = folder.resolve("dct+pixel");
    double expected;
    try (var a = LeakAccumulator.pixel(new LatentShape(4, 8, 12));
        var b = LeakAccumulator.dctPixel(new LatentShape(4, 8, 12), 3);
        var random = new SeededGenerator(1);
        var vae = AutoencoderKL.load(Checkpoint.open(model), DType.FLOAT32, Device.CPU);
        var scope = new TensorScope()) {
      Tensor latents = random.randn(5, 4, 8, 12);
      a.add(latents);
      b.add(latents);
      a.statistics(Map.of()).write(pixel);
      b.statistics(Map.of()).write(dctPixel);
      Tensor mean = latents.mean(new long[] {0}, true, new ScalarTypeOptional());
      RgbImage picture = RgbImage.fromTensor(vae.decode(vae.unscale(mean))).get(0);
      expected = Brightness.of(picture).mean();
    }
    for (Path path : new Path[] {pixel, dctPixel}) {
      JsonNode json =
          CommandLineRun.of("inspect", path, "--model", model, "--json").assertSuccess().json();
      assertThat(json.path("brightness").asDouble()).isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void describesACheckpoint() throws IOException {
    Path model = model();
    JsonNode json = CommandLineRun.of("inspect", model, "--json").assertSuccess().json();
    assertThat(json.path("pipeline").asText()).isEqualTo("StableDiffusionPipeline");
    assertThat(json.path("model_hash").asText()).isEqualTo(Checkpoint.open(model).hash());
    JsonNode scheduler = json.path("scheduler");
    assertThat(scheduler.path("prediction_type").asText()).isEqualTo("epsilon");
    // sqrt(alphas_cumprod[999]) of Stable Diffusion 1.x and 2.x is the square root of 0.00466.
    assertThat(scheduler.path("image_left").path(0).path("share").asDouble())
        .isCloseTo(0.0683, within(5e-5));
    assertThat(scheduler.path("image_left").path(1).path("timestep").asInt()).isEqualTo(981);
    assertThat(json.path("unet").path("config").path("heads")).hasToString("[4,4]");
    assertThat(json.path("text_encoder").path("config").path("hidden_act").asText())
        .isEqualTo("quick_gelu");
    long vaeBytes =
        json.path("vae").path("weights").path("dtypes").path("float32").path("bytes").asLong();
    assertThat(json.path("vae").path("weights").path("parameters").asLong())
        .isPositive()
        .isEqualTo(vaeBytes / 4);
    assertThat(CommandLineRun.of("inspect", model).assertSuccess().out())
        .contains(
            "6.83 % at timestep 999, the last; 7.60 % at timestep 981, the first of 50 steps");
  }

  @Test
  void describesPartsOfACheckpointAndWhatIsMissing() throws IOException {
    Path model = model();
    Path weights = model.resolve("vae/diffusion_pytorch_model.safetensors");
    assertThat(CommandLineRun.of("inspect", model.resolve("vae")).assertSuccess().out())
        .contains("AutoencoderKL", "0.18215", "float32");
    assertThat(CommandLineRun.of("inspect", model.resolve("scheduler")).assertSuccess().out())
        .contains("PNDMScheduler", "scaled_linear");
    assertThat(CommandLineRun.of("inspect", weights).assertSuccess().out())
        .contains("  decoder.up_blocks.0 ", "18 tensors", "--all lists every tensor")
        .doesNotContain("decoder.up_blocks.0.resnets.0.norm1.weight");
    assertThat(CommandLineRun.of("inspect", weights, "--all").assertSuccess().out())
        .containsPattern("decoder.up_blocks.0.resnets.0.norm1.weight +float32 \\[32]")
        .doesNotContain("--all");
    Files.delete(weights);
    assertThat(CommandLineRun.of("inspect", model).assertSuccess().out())
        .contains("the checkpoint is incomplete", "vae holds no weights", "scaling_factor");
  }

  @Test
  void listsTheTensorsOfASafetensorsFile() throws IOException {
    Path file = folder.resolve("a.safetensors");
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = new HashMap<>();
      tensors.put("half", Tensors.zeros(DType.FLOAT16, 2, 3));
      tensors.put("positions", Tensors.zeros(DType.INT64, 1, 7));
      SafetensorsWriter.write(file, tensors, Map.of("note", "x".repeat(500)));
    }
    JsonNode json = CommandLineRun.of("inspect", file, "--json").assertSuccess().json();
    assertThat(json.path("parameters").asInt()).isEqualTo(6);
    assertThat(json.path("dtypes").path("float16").path("bytes").asInt()).isEqualTo(12);
    assertThat(json.path("tensors").path("positions").path("shape")).hasToString("[1,7]");
    assertThat(json.path("metadata").path("note").asText()).hasSize(500);
    assertThat(CommandLineRun.of("inspect", file).out())
        .contains("float16 [2, 3]", "500 characters");
  }

  @Test
  void tellsWhatALoraAndAWordAre() throws IOException {
    Path lora = folder.resolve("lora.safetensors");
    Path word = folder.resolve("word.safetensors");
    String layer = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k";
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(
          lora,
          Map.of(
              layer + ".lora_down.weight",
              Tensors.zeros(DType.FLOAT16, 4, 768),
              layer + ".lora_up.weight",
              Tensors.zeros(DType.FLOAT16, 1280, 4),
              layer + ".alpha",
              Tensors.of(new float[] {2}),
              "bundle_emb.dusk.string_to_param.*",
              Tensors.zeros(DType.FLOAT16, 3, 768)),
          Map.of());
      SafetensorsWriter.write(word, Map.of("<dim>", Tensors.zeros(DType.FLOAT32, 768)), Map.of());
    }
    JsonNode json = CommandLineRun.of("inspect", lora, "--json").assertSuccess().json();
    JsonNode adapter = json.path("adapter");
    assertThat(adapter.path("format").asText()).isEqualTo("LoRA, kohya");
    assertThat(adapter.path("family").asText()).isEqualTo("Stable Diffusion 1.x");
    assertThat(adapter.path("layers").path("unet").asInt()).isEqualTo(1);
    assertThat(adapter.path("rank").toString()).isEqualTo("[4]");
    assertThat(adapter.path("alpha").toString()).isEqualTo("[2.0]");
    assertThat(adapter.path("words").path("dusk").asText()).isEqualTo("3 vectors of 768");
    assertThat(CommandLineRun.of("inspect", word).assertSuccess().out())
        .contains("textual inversion", "<dim>  1 vector of 768");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty", "words.txt", "words.png", "broken.safetensors", "xl"})
  void refusesWhatItDoesNotKnowInOneSentence(String name) throws IOException {
    Files.createDirectory(folder.resolve("empty"));
    Files.createDirectory(folder.resolve("xl"));
    Files.writeString(
        folder.resolve("xl/model_index.json"), "{\"_class_name\": \"StableDiffusionXLPipeline\"}");
    for (String words : new String[] {"words.txt", "words.png", "broken.safetensors"}) {
      Files.writeString(folder.resolve(words), "only words");
    }
    var run = CommandLineRun.of("inspect", folder.resolve(name));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("chiaroscuro: ").contains(name).hasLineCount(1);
  }

  @Test
  void goesOnAfterWhatItDoesNotKnow() {
    Path png = folder.resolve("a.png");
    PngFile.write(png, RgbImage.solid(8, 8, 0, 0, 0), Map.of());
    var run = CommandLineRun.of("inspect", folder.resolve("missing"), png);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("this PNG does not say how it was made");
  }

  private Path model() {
    Path model = folder.resolve("model");
    SeededStableDiffusion.write(model, 0);
    return model;
  }
}
