package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole pipelines of few steps against diffusers': latent consistency models, which are told the
 * guidance scale, and LoRAs for LCM and TCD on an ordinary checkpoint.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FewStepsFidelityTest {

  private static final int SEED = 7;

  private Path folder;

  @BeforeAll
  void write(@TempDir Path folder) throws IOException {
    this.folder = folder;
    for (String family : List.of("family1", "lcm")) {
      SeededCheckpoint.write(family, folder.resolve(family));
    }
  }

  @TestFactory
  List<DynamicTest> equalDiffusers() throws IOException {
    JsonNode cases = new JsonMapper().readTree(Fixture.path("few-steps/cases.json").toFile());
    return cases.properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())))
        .toList();
  }

  private void check(String name, JsonNode settings) {
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("few-steps/" + name);
        var model =
            StableDiffusion.load(
                folder.resolve(settings.path("family").asText()), Device.CPU, DType.FLOAT32)) {
      List<Lora> loras = attached(settings.path("loras"), model);
      try (var generator = new SeededGenerator(SEED);
          var task = task(model, settings);
          var generation = start(task, request(model, settings), settings, expected, generator)) {
        generation.forEachRemaining(step -> {});
        Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-5);
        assertThat(
                PipelineFidelityTest.largestDifference(
                    generation.image(), expected.tensor("image")))
            .isLessThanOrEqualTo(1);
      }
      loras.forEach(Lora::close);
    }
  }

  private static List<Lora> attached(JsonNode weights, StableDiffusion model) {
    List<Lora> loras = new ArrayList<>();
    for (var weight : weights.properties()) {
      Path file = Fixture.path("adapters/files/" + weight.getKey() + ".safetensors");
      Lora lora = LoraFile.read(file, model.networks());
      lora.attach(weight.getValue().asDouble());
      loras.add(lora);
    }
    return loras;
  }

  private static GenerationTask task(StableDiffusion model, JsonNode settings) {
    return settings.has("strength")
        ? new ImageToImage(
            model,
            ImageDecoder.decode(Fixture.path("image-pipelines/picture.png")),
            new Strength(settings.path("strength").asDouble()))
        : new TextToImage(model);
  }

  private static GenerationRequest request(StableDiffusion model, JsonNode settings) {
    SchedulerConfig scheduler = model.schedulerConfig();
    if (settings.has("scheduler")) {
      scheduler = scheduler.as(SchedulerType.parse(settings.path("scheduler").asText()));
    }
    if (settings.has("eta")) {
      scheduler = scheduler.withOption("eta", settings.path("eta").asDouble());
    }
    return new GenerationRequest(
        "An astronaut riding a horse",
        settings.path("negative_prompt").asText(""),
        128,
        128,
        settings.path("steps").asInt(),
        settings.path("guidance_scale").asDouble(),
        0,
        0,
        scheduler);
  }

  private static Generation start(
      GenerationTask task,
      GenerationRequest request,
      JsonNode settings,
      SafetensorsFile expected,
      SeededGenerator generator) {
    if (settings.has("leak")) {
      Tensor noise = generator.randn(1, 4, 16, 16);
      return Generation.withLeak(
          ((TextToImage) task).model(), request, noise, expected.tensor("leak"), generator);
    }
    return task.start(request, 1, () -> generator.randn(1, 4, 16, 16), Optional.empty(), generator);
  }
}
