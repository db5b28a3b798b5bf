package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stable Diffusion XL's refiner after its base model, and alone, against diffusers' pipelines. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class XlRefinerFidelityTest {

  private static final int SEED = 7;
  private static final String PROMPT = "An astronaut riding a horse";

  private Path folder;
  private StableDiffusion base;
  private StableDiffusion refiner;

  @BeforeAll
  void load(@TempDir Path folder) throws IOException {
    this.folder = folder;
    for (String model : List.of("xl", "xl-refiner", "xl-normalized", "family1")) {
      SeededCheckpoint.write(model, folder.resolve(model));
    }
    base = StableDiffusion.load(folder.resolve("xl"), Device.CPU, DType.FLOAT32);
    refiner = StableDiffusion.load(folder.resolve("xl-refiner"), Device.CPU, DType.FLOAT32);
  }

  @AfterAll
  void close() {
    base.close();
    refiner.close();
  }

  @TestFactory
  List<DynamicTest> equalDiffusers() throws IOException {
    Path cases = Fixture.path("pipelines/xl-refiner-cases.json");
    return new JsonMapper()
        .readTree(cases.toFile()).properties().stream()
            .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())))
            .toList();
  }

  private void check(String name, JsonNode settings) {
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("pipelines/" + name);
        var generator = new SeededGenerator(SEED)) {
      if (settings.has("denoising_end")) {
        generator.randn(1, 4, 8, 8); // The noise, which the file holds.
        GenerationRequest request = request(settings);
        Tensor handedOver = begin(request, expected, generator);
        Fixture.assertClose(handedOver, expected.tensor("handed_over"), 1e-5);
        try (var rest = Generation.refining(refiner, request, handedOver, generator)) {
          assertEnds(rest, expected);
        }
      } else {
        var picture = ImageDecoder.decode(Fixture.path("image-pipelines/picture.png"));
        var strength = new Strength(settings.path("strength").asDouble());
        try (var task = new ImageToImage(refiner, picture, strength);
            var generation =
                task.start(
                    plain(128, settings.path("steps").asInt()),
                    1,
                    () -> generator.randn(1, 4, 16, 16),
                    Optional.empty(),
                    generator)) {
          assertEnds(generation, expected);
        }
      }
    }
  }

  private Tensor begin(
      GenerationRequest request, SafetensorsFile expected, SeededGenerator generator) {
    Tensor noise = expected.tensor("noise");
    try (var generation =
        expected.entries().containsKey("leak")
            ? Generation.withLeak(base, request, noise, expected.tensor("leak"), generator)
            : Generation.withoutLeak(base, request, noise, generator)) {
      generation.forEachRemaining(step -> {});
      return generation.latents().clone();
    }
  }

  private static void assertEnds(Generation generation, SafetensorsFile expected) {
    generation.forEachRemaining(step -> {});
    Fixture.assertClose(generation.latents(), expected.tensor("final"), 1e-5);
    assertThat(PipelineFidelityTest.largestDifference(generation.image(), expected.tensor("image")))
        .isLessThanOrEqualTo(1);
  }

  private GenerationRequest plain(int size, int steps) {
    return new GenerationRequest(PROMPT, "", size, size, steps, 5, 0, 0, base.schedulerConfig());
  }

  private GenerationRequest request(JsonNode settings) {
    GenerationRequest request =
        new GenerationRequest(
                PROMPT,
                settings.path("negative_prompt").asText(""),
                64,
                64,
                settings.path("steps").asInt(),
                5,
                0,
                0,
                base.schedulerConfig())
            .withHandOver(new HandOver(settings.path("denoising_end").asDouble()));
    if (settings.has("scheduler")) {
      var type = SchedulerType.parse(settings.path("scheduler").asText());
      request = request.withScheduler(base.schedulerConfig().as(type));
    }
    if (settings.has("original_size")) {
      request =
          request.withMicroConditioning(
              new MicroConditioning(
                  new SizeConditions(
                      size(settings.path("original_size")),
                      settings.path("crops_coords_top_left").path(0).asInt(),
                      settings.path("crops_coords_top_left").path(1).asInt(),
                      size(settings.path("target_size"))),
                  Optional.empty()));
    }
    return request;
  }

  /** As diffusers has it: height, width. */
  private static Optional<ImageSize> size(JsonNode json) {
    return Optional.of(new ImageSize(json.get(1).asInt(), json.get(0).asInt()));
  }

  /** Without noise put back on the way, the two share the steps of one run. */
  @Test
  void aModelThatRefinesItselfTakesTheStepsOfOneRun() {
    GenerationRequest request = plain(64, 6);
    GenerationRequest divided = request.withHandOver(new HandOver(0.4));
    assertThat(divided.steps() + HandOver.stepsOfRefiner(divided)).isEqualTo(request.steps());
    assertThat(divided.describe()).containsEntry("denoising_end", "0.4");
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(SEED)) {
      Tensor noise = generator.randn(1, 4, 8, 8);
      try (var whole = Generation.withoutLeak(base, request, noise, generator);
          var first = Generation.withoutLeak(base, divided, noise, generator)) {
        whole.forEachRemaining(step -> {});
        first.forEachRemaining(step -> {});
        try (var second = Generation.refining(base, divided, first.latents(), generator)) {
          second.forEachRemaining(step -> {});
          Fixture.assertClose(second.latents(), whole.latents(), 1e-6);
        }
      }
    }
  }

  /** The base model may begin with a picture; the refiner goes on as it does from noise. */
  @Test
  void aStrengthLeavesTheBaseModelTheMiddleOfTheRun() {
    var picture = ImageDecoder.decode(Fixture.path("image-pipelines/picture.png"));
    GenerationRequest request = plain(128, 10).withHandOver(HandOver.USUAL);
    try (var task = new ImageToImage(base, picture, new Strength(0.5))) {
      assertThat(task.steps(request)).isEqualTo(3);
    }
    assertThat(HandOver.stepsOfRefiner(request)).isEqualTo(2);
    try (var late = new ImageToImage(base, picture, new Strength(0.2))) {
      assertThatThrownBy(() -> late.steps(request))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("0.8", "base model no step");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.5, 1.5, Double.NaN})
  void isSomewhereOnTheWay(double denoisingEnd) {
    assertThatThrownBy(() -> new HandOver(denoisingEnd))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(String.valueOf(denoisingEnd), "between 0 and 1");
  }

  @Test
  void leavesBothAStep() {
    GenerationRequest request = plain(64, 4);
    assertThatThrownBy(() -> request.withHandOver(new HandOver(0.01)).steps())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("0.01", "base model no step", "larger");
    assertThatThrownBy(() -> HandOver.stepsOfRefiner(request.withHandOver(new HandOver(0.9999))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("0.9999", "refiner no step", "smaller");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "family1 | xl-refiner | The model family1 is a StableDiffusionPipeline",
        "xl | family1 | The refiner family1 is a StableDiffusionPipeline",
        "xl-normalized | xl-refiner | scaling_factor 0.13025 and 0.5",
      })
  void refusesWhatCannotGoOn(String from, String to, String sentence) {
    assertThatThrownBy(
            () ->
                HandOver.requireBetween(
                    Checkpoint.open(folder.resolve(from)), Checkpoint.open(folder.resolve(to))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void anyCheckpointOfStableDiffusionXlRefines() {
    HandOver.requireBetween(base.checkpoint(), refiner.checkpoint());
    HandOver.requireBetween(base.checkpoint(), base.checkpoint());
  }
}
