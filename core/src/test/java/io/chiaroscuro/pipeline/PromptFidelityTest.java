package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.prompt.TokenizedPrompts;
import io.chiaroscuro.safetensors.SafetensorsFile;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Weighted and long prompts, encoded and as whole pictures, against {@code
 * tools/fixtures/prompts.py}: transformers' text encoder under the definition of the field, its
 * states given to diffusers' pipeline.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PromptFidelityTest {

  private static final int SEED = 7;

  private final Map<String, StableDiffusion> models = new HashMap<>();
  private JsonNode cases;

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    for (String family : List.of("family1", "family2")) {
      SeededCheckpoint.write(family, folder.resolve(family));
      models.put(family, StableDiffusion.load(folder.resolve(family), Device.CPU, DType.FLOAT32));
    }
    cases = new JsonMapper().readTree(Fixture.path("prompts/cases.json").toFile());
  }

  @AfterAll
  void close() {
    models.values().forEach(StableDiffusion::close);
  }

  private static Tensor encode(
      StableDiffusion model, PromptSyntax syntax, int clipSkip, String... prompts) {
    try (var scope = new TensorScope()) {
      var tokenized = TokenizedPrompts.of(model.tokenizer(), syntax, List.of(prompts));
      return scope.keep(
          tokenized.join(model.textEncoder().forward(tokenized.inputIds(), clipSkip)));
    }
  }

  private String prompt(String name) {
    return cases.path(name).path("prompt").asText();
  }

  @ParameterizedTest
  @ValueSource(strings = {"family1", "family2"})
  void encodesAsTheFieldDoes(String family) {
    StableDiffusion model = models.get(family);
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("prompts/" + family)) {
      assertThat(expected.entries()).hasSize(10);
      for (String name : expected.entries().keySet()) {
        String prompt = prompt(name.replace("-skip", ""));
        int clipSkip = name.endsWith("-skip") ? 1 : 0;
        Fixture.assertClose(
            encode(model, PromptSyntax.WEIGHTED, clipSkip, prompt), expected.tensor(name), 1e-5);
      }
    }
  }

  /** So that a mean is that of one prompt's chunk alone. */
  @Test
  void eachOfSeveralPromptsIsWhatItIsAlone() {
    StableDiffusion model = models.get("family1");
    List<String> names = List.of("nested", "long-weighted", "plain");
    try (var scope = new TensorScope()) {
      Tensor together =
          encode(
              model,
              PromptSyntax.WEIGHTED,
              0,
              names.stream().map(this::prompt).toArray(String[]::new));
      for (int i = 0; i < names.size(); i++) {
        Tensor alone = encode(model, PromptSyntax.WEIGHTED, 0, prompt(names.get(i)));
        Fixture.assertClose(together.narrow(0, i, 1).narrow(1, 0, alone.size(1)), alone, 1e-5);
      }
    }
  }

  @Test
  void withoutSyntaxEncodingsAreTheSameBits() {
    StableDiffusion model = models.get("family2");
    String[] prompts = {"An astronaut riding a horse", ""};
    try (var scope = new TensorScope()) {
      Tensor ids = model.tokenizer().tensor(List.of(prompts));
      float[] expected = Tensors.floats(model.textEncoder().forward(ids, 1));
      for (PromptSyntax syntax : PromptSyntax.values()) {
        assertThat(Tensors.floats(encode(model, syntax, 1, prompts))).containsExactly(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"long-prompt,family1", "long-negative,family2"})
  void picturesEqualDiffusers(String name, String family) {
    StableDiffusion model = models.get(family);
    try (var scope = new TensorScope();
        SafetensorsFile expected = Fixture.tensors("prompts/" + name);
        var generator = new SeededGenerator(SEED)) {
      GenerationRequest request =
          new GenerationRequest(
                  expected.metadata().get("prompt"),
                  expected.metadata().get("negative_prompt"),
                  128,
                  128,
                  4,
                  5,
                  0,
                  Integer.parseInt(expected.metadata().get("clip_skip")),
                  model.schedulerConfig().as(SchedulerType.DDIM))
              .withPromptSyntax(PromptSyntax.WEIGHTED);
      try (var generation =
          Generation.withoutLeak(model, request, generator.randn(1, 4, 16, 16), generator)) {
        generation.forEachRemaining(step -> {});
        Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-3);
        assertThat(
                PipelineFidelityTest.largestDifference(
                    generation.image(), expected.tensor("image")))
            .isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void refusesWeightsThatLeaveNothingFinite() {
    StableDiffusion model = models.get("family1");
    String prompt = "a (night:%s)".formatted("9".repeat(50));
    assertThatThrownBy(() -> encode(model, PromptSyntax.WEIGHTED, 0, prompt))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("weights in the prompt")
        .hasMessageContaining("(word:1.3)");
  }
}
