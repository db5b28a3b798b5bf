package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The leak meets every sampler in the share that the network saw in training. */
class InitialLatentsTest {

  private static final int STEPS = 20;

  /** Trailing spacing makes all samplers visit 999 first. */
  private static Scheduler scheduler(SchedulerType type) {
    return Scheduler.of(
        SchedulerConfig.of(
            type,
            Map.of(
                "beta_start",
                0.00085,
                "beta_end",
                0.012,
                "beta_schedule",
                "scaled_linear",
                "skip_prk_steps",
                true,
                "timestep_spacing",
                "trailing")));
  }

  @ParameterizedTest
  @EnumSource(SchedulerType.class)
  void theNetworkSeesTheTrainingMixtureAtTheFirstTimestep(SchedulerType type) {
    Scheduler scheduler = scheduler(type);
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(1);
        Trajectory trajectory = scheduler.start(STEPS)) {
      assertThat(trajectory.timesteps()[0]).isEqualTo(999);
      Tensor noise = generator.randn(2, 4, 8, 8);
      Tensor leak = generator.randn(2, 4, 8, 8).add(new Scalar(3));
      Tensor seen = trajectory.scaleModelInput(trajectory.initialLatents(noise, leak), 0);
      NoiseLevel trained = scheduler.noiseSchedule().noiseLevel(999);
      Tensor expected =
          leak.mul(new Scalar(trained.signalRate()))
              .add(noise.mul(new Scalar(trained.noiseRate())));
      Fixture.assertClose(seen, expected, 1e-6);
    }
  }

  @ParameterizedTest
  @EnumSource(SchedulerType.class)
  void theShareOfTheLeakIsTheSameInAll(SchedulerType type) {
    try (Trajectory trajectory = scheduler(type).start(STEPS);
        Trajectory ddim = scheduler(SchedulerType.DDIM).start(STEPS)) {
      double expected = ddim.noiseLevel(0).signalToNoise();
      assertThat(trajectory.noiseLevel(0).signalToNoise())
          .isCloseTo(expected, within(1e-5 * expected));
    }
  }

  @TestFactory
  Stream<DynamicTest> samplersInSigmaSpaceAddTheLeakToTheirOwnFirstSigma() {
    return Stream.of(
            SchedulerType.EULER,
            SchedulerType.EULER_ANCESTRAL,
            SchedulerType.LMS,
            SchedulerType.HEUN,
            SchedulerType.KDPM2,
            SchedulerType.KDPM2_ANCESTRAL,
            SchedulerType.DPM_SOLVER_SDE)
        .map(
            type ->
                DynamicTest.dynamicTest(
                    type.toString(),
                    () -> {
                      try (var scope = new TensorScope();
                          var generator = new SeededGenerator(1);
                          Trajectory trajectory = scheduler(type).start(STEPS)) {
                        Tensor noise = generator.randn(1, 4, 8, 8);
                        Tensor leak = generator.randn(1, 4, 8, 8);
                        Fixture.assertClose(
                            trajectory.initialLatents(noise, leak),
                            leak.add(noise.mul(new Scalar(14.614647))),
                            1e-6);
                      }
                    }));
  }

  @Test
  void karrasSigmasBringTheirOwnFirstLevel() {
    SchedulerConfig config =
        scheduler(SchedulerType.UNIPC_MULTISTEP).config().with("timestep_spacing", "leading");
    try (Trajectory leading = Scheduler.of(config).start(STEPS);
        Trajectory karras = Scheduler.of(config.with("use_karras_sigmas", true)).start(STEPS)) {
      assertThat(leading.timesteps()[0]).isEqualTo(940);
      assertThat(karras.timesteps()[0]).isEqualTo(999);
      assertThat(leading.noiseLevel(0).signalToNoise())
          .isGreaterThan(karras.noiseLevel(0).signalToNoise());
    }
  }
}
