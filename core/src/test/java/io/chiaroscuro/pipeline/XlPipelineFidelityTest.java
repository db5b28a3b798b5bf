package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole pipelines of Stable Diffusion XL against diffusers': the same start, then 1e-5 for latents,
 * rounding for images.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class XlPipelineFidelityTest {

  private final Map<String, StableDiffusion> models = new HashMap<>();
  private Path folder;

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    this.folder = folder;
    for (String family : List.of("xl", "xl-normalized")) {
      SeededCheckpoint.write(family, folder.resolve(family));
      models.put(family, StableDiffusion.load(folder.resolve(family), Device.CPU, DType.FLOAT32));
    }
  }

  @AfterAll
  void close() {
    models.values().forEach(StableDiffusion::close);
  }

  @TestFactory
  List<DynamicTest> equalDiffusers() throws IOException {
    JsonNode cases = new JsonMapper().readTree(Fixture.path("pipelines/xl-cases.json").toFile());
    return cases.properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())))
        .toList();
  }

  private void check(String name, JsonNode settings) {
    StableDiffusion model = models.get(settings.path("family").asText());
    GenerationRequest request = request(model, settings);
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("pipelines/" + name);
        var generator = new SeededGenerator(0);
        var generation =
            settings.has("leak")
                ? Generation.withLeak(
                    model, request, expected.tensor("noise"), expected.tensor("leak"), generator)
                : Generation.withoutLeak(model, request, expected.tensor("noise"), generator)) {
      generation.forEachRemaining(step -> {});
      Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-5);
      assertThat(
              PipelineFidelityTest.largestDifference(generation.image(), expected.tensor("image")))
          .isLessThanOrEqualTo(1);
    }
  }

  private static GenerationRequest request(StableDiffusion model, JsonNode settings) {
    List<String> prompts = new ArrayList<>();
    settings.path("prompts").forEach(prompt -> prompts.add(prompt.asText()));
    if (prompts.isEmpty()) {
      prompts.add("An astronaut riding a horse");
    }
    return new GenerationRequest(
            prompts,
            settings.path("negative_prompt").asText(""),
            settings.path("width").asInt(model.trainedSize()),
            settings.path("height").asInt(model.trainedSize()),
            settings.path("steps").asInt(),
            settings.path("guidance_scale").asDouble(model.defaultGuidanceScale()),
            settings.path("guidance_rescale").asDouble(0),
            settings.path("clip_skip").asInt(0),
            model.schedulerConfig())
        .withMicroConditioning(
            new MicroConditioning(
                sizes(settings, ""),
                settings.has("negative_original_size")
                    ? Optional.of(sizes(settings, "negative_"))
                    : Optional.empty()));
  }

  private static SizeConditions sizes(JsonNode settings, String prefix) {
    JsonNode crop = settings.path(prefix + "crops_coords_top_left");
    return new SizeConditions(
        size(settings.path(prefix + "original_size")),
        crop.path(0).asInt(),
        crop.path(1).asInt(),
        size(settings.path(prefix + "target_size")));
  }

  /** As diffusers has it: height, width. */
  private static Optional<ImageSize> size(JsonNode json) {
    return json.isMissingNode()
        ? Optional.empty()
        : Optional.of(new ImageSize(json.get(1).asInt(), json.get(0).asInt()));
  }

  @Test
  void decodesAndEncodesInFloat32WhateverTheOthersComputeIn() {
    try (var half = StableDiffusion.load(folder.resolve("xl"), Device.CPU, DType.FLOAT16);
        var scope = new TensorScope();
        var expected = Fixture.tensors("pipelines/xl-own")) {
      assertThat(half.unet().weights().dtype()).isEqualTo(DType.FLOAT16);
      assertThat(half.vae().weights().dtype()).isEqualTo(DType.FLOAT32);
      var image = half.decode(expected.tensor("final")).get(0);
      assertThat(PipelineFidelityTest.largestDifference(image, expected.tensor("image")))
          .isLessThanOrEqualTo(1);
      assertThat(half.meanColor(10, 200, 30, 64, 64))
          .containsExactly(models.get("xl").meanColor(10, 200, 30, 64, 64));
    }
  }

  @Test
  void runsInBfloat16() {
    try (var half = StableDiffusion.load(folder.resolve("xl"), Device.CPU, DType.BFLOAT16);
        var scope = new TensorScope();
        var expected = Fixture.tensors("pipelines/xl-own");
        var generator = new SeededGenerator(0);
        var generation =
            Generation.withoutLeak(
                half,
                request(half, new JsonMapper().createObjectNode().put("steps", 10)),
                expected.tensor("noise"),
                generator)) {
      generation.forEachRemaining(step -> {});
      Fixture.assertClose(generation.latents(), expected.tensor("final"), 0.1);
    }
  }
}
