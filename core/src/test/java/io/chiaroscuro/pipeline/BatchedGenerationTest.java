package io.chiaroscuro.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.scheduler.SchedulerType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchedGenerationTest {

  private static final List<String> PROMPTS =
      List.of("a lighthouse at night", "an astronaut riding a horse", "");
  private static final long SEED = 40;

  private StableDiffusion model;

  @BeforeAll
  void load(@TempDir Path folder) {
    SeededStableDiffusion.write(folder, 0);
    model = StableDiffusion.load(folder, Device.CPU, DType.FLOAT32);
  }

  @AfterAll
  void close() {
    model.close();
  }

  /** Ancestral sampling draws at every step, each picture from its own generator. */
  @ParameterizedTest
  @EnumSource(names = {"PNDM", "DPM_SOLVER_MULTISTEP", "EULER_ANCESTRAL"})
  void eachOfABatchIsWhatItIsAlone(SchedulerType type) {
    GenerationRequest request = request(type);
    try (var scope = new TensorScope();
        var generators = SeededGenerators.consecutive(SEED, PROMPTS.size())) {
      Tensor leaks = leaks();
      try (var together =
          Generation.withLeak(
              model,
              request.withPrompts(PROMPTS),
              generators.randn(3, 4, 8, 8),
              leaks,
              generators)) {
        together.forEachRemaining(step -> {});
        assertThat(together.images()).hasSize(3);
        for (int i = 0; i < 3; i++) {
          try (var generator = new SeededGenerator(SEED + i);
              var alone =
                  Generation.withLeak(
                      model,
                      request.withPrompts(List.of(PROMPTS.get(i))),
                      generator.randn(1, 4, 8, 8),
                      leaks.narrow(0, i, 1),
                      generator)) {
            alone.forEachRemaining(step -> {});
            Fixture.assertClose(together.latents().narrow(0, i, 1), alone.latents(), 1e-5);
          }
        }
      }
    }
  }

  /** So that the test above compares what differs. */
  @Test
  void promptsMatter() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(SEED)) {
      Tensor noise = generator.randn(1, 4, 8, 8).repeat(3, 1, 1, 1);
      try (var together =
          Generation.withoutLeak(
              model, request(SchedulerType.DDIM).withPrompts(PROMPTS), noise, generator)) {
        together.forEachRemaining(step -> {});
        Tensor latents = together.latents();
        double difference =
            latents.narrow(0, 0, 1).sub(latents.narrow(0, 1, 1)).abs().max().item_double();
        assertThat(difference).isGreaterThan(1e-3);
      }
    }
  }

  @Test
  void onePromptIsForAll() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(SEED)) {
      Tensor noise = generator.randn(1, 4, 8, 8).repeat(2, 1, 1, 1);
      try (var together =
          Generation.withoutLeak(model, request(SchedulerType.DDIM), noise, generator)) {
        together.forEachRemaining(step -> {});
        Tensor latents = together.latents();
        Fixture.assertClose(latents.narrow(0, 0, 1), latents.narrow(0, 1, 1), 1e-5);
      }
    }
  }

  @Test
  void promptsMustFitThePictures() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(SEED)) {
      Tensor noise = generator.randn(2, 4, 8, 8);
      GenerationRequest request = request(SchedulerType.DDIM).withPrompts(PROMPTS);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Generation.withoutLeak(model, request, noise, generator))
          .withMessage("3 prompts fit 3 pictures only, not 2.");
    }
  }

  private GenerationRequest request(SchedulerType type) {
    return new GenerationRequest(
        PROMPTS.get(0), "blurred", 64, 64, 5, 3, 0.5, 0, model.schedulerConfig().as(type));
  }

  private static Tensor leaks() {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(3)) {
      return scope.keep(torch.tanh(generator.randn(3, 4, 8, 8)));
    }
  }
}
