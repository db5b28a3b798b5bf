package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.Mask;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Image to image and inpainting against diffusers', from the same seed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImagePipelineFidelityTest {

  private static final int SEED = 7;

  private final Map<String, StableDiffusion> models = new HashMap<>();

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    for (String family : List.of("family1", "family2", "inpainting")) {
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
    JsonNode cases = new JsonMapper().readTree(Fixture.path("image-pipelines/cases.json").toFile());
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
            "",
            128,
            128,
            settings.path("steps").asInt(),
            3,
            0,
            0,
            settings.has("scheduler")
                ? own.as(SchedulerType.parse(settings.path("scheduler").asText()))
                : own);
    var strength = new Strength(settings.path("strength").asDouble());
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("image-pipelines/" + name);
        var generator = new SeededGenerator(SEED);
        GenerationTask task = task(model, strength, settings.has("mask"));
        var generation =
            task.start(
                request, 1, () -> generator.randn(1, 4, 16, 16), Optional.empty(), generator)) {
      int steps = 0;
      while (generation.hasNext()) {
        generation.next();
        steps++;
      }
      assertThat(steps).isEqualTo(task.steps(request));
      Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-4);
      assertThat(
              PipelineFidelityTest.largestDifference(generation.image(), expected.tensor("image")))
          .isLessThanOrEqualTo(1);
    }
  }

  private StableDiffusion model(JsonNode settings) {
    StableDiffusion model = models.get(settings.path("family").asText());
    return settings.has("vae")
        ? model.withVae(SeededCheckpoint.autoencoderTiny(settings.path("vae").asText()))
        : model;
  }

  private static GenerationTask task(StableDiffusion model, Strength strength, boolean masked) {
    RgbImage picture = ImageDecoder.decode(Fixture.path("image-pipelines/picture.png"));
    if (!masked) {
      return new ImageToImage(model, picture, strength);
    }
    Mask mask = Mask.of(ImageDecoder.decode(Fixture.path("image-pipelines/mask.png")));
    return new Inpainting(model, picture, mask, strength);
  }
}
