package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.adapter.Lora;
import io.chiaroscuro.adapter.LoraFile;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole pipelines with LoRAs and learnt words against diffusers', which loads the same files (made
 * by {@code tools/fixtures/adapters.py}): 1e-3 for latents, rounding for images.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdapterFidelityTest {

  private static final int SEED = 11;
  private static final String PROMPT = "An astronaut riding a horse";

  private Path folder;

  @BeforeAll
  void write(@TempDir Path folder) throws IOException {
    this.folder = folder;
    for (String family : List.of("family1", "family2")) {
      SeededCheckpoint.write(family, folder.resolve(family));
    }
  }

  private StableDiffusion load(String family, List<LearnedEmbedding> embeddings) {
    return StableDiffusion.load(folder.resolve(family), Device.CPU, DType.FLOAT32, embeddings);
  }

  private static Path file(String name) {
    return Fixture.path("adapters/files/" + name + ".safetensors");
  }

  private static Generation generate(StableDiffusion model, String prompt) {
    GenerationRequest request =
        new GenerationRequest(
            prompt, "", 128, 128, 5, 3, 0, 0, model.schedulerConfig().as(SchedulerType.DDIM));
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(SEED)) {
      Generation generation =
          Generation.withoutLeak(model, request, generator.randn(1, 4, 16, 16), generator);
      generation.forEachRemaining(step -> {});
      return generation;
    }
  }

  @TestFactory
  List<DynamicTest> equalDiffusers() throws IOException {
    JsonNode cases = new JsonMapper().readTree(Fixture.path("adapters/cases.json").toFile());
    return cases.properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())))
        .toList();
  }

  private void check(String name, JsonNode settings) {
    List<LearnedEmbedding> embeddings = new ArrayList<>();
    for (JsonNode embedding : settings.path("embeddings")) {
      embeddings.add(LearnedEmbedding.read(file(embedding.asText())));
    }
    String prompt = embeddings.isEmpty() ? PROMPT : PROMPT.replace("a horse", "a <line-art> horse");
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("adapters/" + name);
        var model = load(settings.path("family").asText(), embeddings)) {
      List<Lora> loras = new ArrayList<>();
      for (var weight : settings.path("loras").properties()) {
        Lora lora = LoraFile.read(file(weight.getKey()), model.networks());
        lora.attach(weight.getValue().asDouble());
        loras.add(lora);
      }
      try (var generation = generate(model, prompt)) {
        Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-3);
        assertThat(
                PipelineFidelityTest.largestDifference(
                    generation.image(), expected.tensor("image")))
            .isLessThanOrEqualTo(1);
      }
      loras.forEach(Lora::close);
    }
    embeddings.forEach(LearnedEmbedding::close);
  }

  @Test
  void aDetachedLoraLeavesNoTrace() {
    try (var scope = new TensorScope();
        var model = load("family1", List.of());
        var kohya = LoraFile.read(file("kohya"), model.networks());
        var diffusers = LoraFile.read(file("diffusers"), model.networks())) {
      float[] untouched = latents(model);
      kohya.attach(0.8);
      float[] adapted = latents(model);
      assertThat(adapted).isNotEqualTo(untouched);
      diffusers.attach(1);
      assertThat(latents(model)).isNotEqualTo(adapted);
      diffusers.detach();
      assertThat(latents(model)).isEqualTo(adapted);
      kohya.close();
      assertThat(latents(model)).isEqualTo(untouched);
    }
  }

  private static float[] latents(StableDiffusion model) {
    try (var generation = generate(model, PROMPT)) {
      return Tensors.floats(generation.latents());
    }
  }
}
