package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every sampler in every supported setting against diffusers, over whole trajectories. */
class TrajectoryFidelityTest {

  private static final long SEED = 12345;

  private record Case(
      String title,
      @JsonProperty("class") String className,
      Map<String, Object> config,
      int steps,
      double eta,
      int side,
      double tolerance,
      @JsonProperty("timestep_tolerance") double timestepTolerance) {}

  @TestFactory
  Stream<DynamicTest> equalsDiffusers() throws IOException {
    List<Case> cases =
        new JsonMapper()
            .readValue(
                Fixture.path("schedulers/cases.json").toFile(), new TypeReference<List<Case>>() {});
    return IntStream.range(0, cases.size())
        .mapToObj(
            i -> DynamicTest.dynamicTest(cases.get(i).title(), () -> compare(cases.get(i), i)));
  }

  private static void compare(Case run, int number) {
    try (var scope = new TensorScope();
        SafetensorsFile expected = Fixture.tensors("schedulers/trajectories");
        var generator = new SeededGenerator(SEED);
        Trajectory trajectory = scheduler(run).start(run.steps())) {
      assertThat(trajectory.timesteps())
          .as("timesteps, whole ones exactly; between them rounding decides the last bits")
          .containsExactly(
              Tensors.doubles(expected.tensor(number + ".timesteps")),
              within(run.timestepTolerance()));
      double sigma = Tensors.doubles(expected.tensor(number + ".init_noise_sigma"))[0];
      assertThat(trajectory.initNoiseSigma()).isCloseTo(sigma, within(1e-7 * sigma));
      Tensor latents = trajectory.initialLatents(generator.randn(1, 4, run.side(), run.side()));
      try (var loop =
          new DenoisingLoop(trajectory, TrajectoryFidelityTest::denoise, latents, generator)) {
        for (DenoisingStep step : loop) {
          compare(run, expected, number + ".sample." + step.index(), step.latents());
          if (!loop.hasNext()) {
            compare(run, expected, number + ".pred_original_sample", step.predOriginalSample());
          }
        }
      }
    }
  }

  private static void compare(Case run, SafetensorsFile expected, String name, Tensor actual) {
    if (expected.entries().containsKey(name)) {
      Fixture.assertClose(actual, expected.tensor(name), run.tolerance());
    }
  }

  private static Scheduler scheduler(Case run) {
    Map<String, Object> fields = new HashMap<>(run.config());
    fields.put("eta", run.eta());
    return run.className().equals("DDIMInverseScheduler")
        ? new DdimInverseScheduler(SchedulerConfig.of(SchedulerType.DDIM, fields))
        : Scheduler.of(SchedulerConfig.of(SchedulerType.parse(run.className()), fields));
  }

  /** The network's stand-in, the same in tools/fixtures/schedulers.py. */
  private static Tensor denoise(Tensor x, double timestep) {
    return x.mul(new Scalar(0.7))
        .add(new Scalar(0.0003 * timestep))
        .tanh()
        .add(x.mul(new Scalar(0.1)));
  }
}
