package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole pipelines against diffusers': the same start, then 1e-3 for latents, rounding for images.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineFidelityTest {

  private static final int SEED = 7;

  private final Map<String, StableDiffusion> models = new HashMap<>();

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    for (String family : List.of("family1", "family2")) {
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
    JsonNode cases = new JsonMapper().readTree(Fixture.path("pipelines/cases.json").toFile());
    return cases.properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())))
        .toList();
  }

  private void check(String name, JsonNode settings) {
    StableDiffusion model = model(settings);
    SchedulerConfig own = model.schedulerConfig();
    GenerationRequest request =
        new GenerationRequest(
            "An astronaut riding a horse",
            settings.path("negative_prompt").asText(""),
            settings.path("width").asInt(128),
            settings.path("height").asInt(128),
            settings.path("steps").asInt(),
            settings.path("guidance_scale").asDouble(7.5),
            settings.path("guidance_rescale").asDouble(0),
            settings.path("clip_skip").asInt(0),
            settings.has("scheduler")
                ? own.as(SchedulerType.parse(settings.path("scheduler").asText()))
                : own);
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("pipelines/" + name);
        var generator = new SeededGenerator(SEED)) {
      Tensor noise = generator.randn(1, 4, request.height() / 8, request.width() / 8);
      assertThat(Tensors.floats(noise))
          .as("the seed's latents")
          .containsExactly(Tensors.floats(expected.tensor("noise")));
      try (var generation =
          settings.has("leak")
              ? Generation.withLeak(model, request, noise, expected.tensor("leak"), generator)
              : Generation.withoutLeak(model, request, noise, generator)) {
        generation.forEachRemaining(step -> {});
        Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-3);
        RgbImage image = generation.image();
        assertThat(largestDifference(image, expected.tensor("image"))).isLessThanOrEqualTo(1);
      }
    }
  }

  private StableDiffusion model(JsonNode settings) {
    StableDiffusion model = models.get(settings.path("family").asText());
    return settings.has("vae")
        ? model.withVae(SeededCheckpoint.autoencoderTiny(settings.path("vae").asText()))
        : model;
  }

  static int largestDifference(RgbImage image, Tensor expected) {
    assertThat(Tensors.shape(expected)).containsExactly(image.height(), image.width(), 3);
    long[] values = Tensors.longs(expected);
    int largest = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs((image.rgb()[i] & 0xff) - (int) values[i]));
    }
    return largest;
  }
}
