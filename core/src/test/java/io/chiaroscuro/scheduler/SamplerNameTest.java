package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.SchedulerConfig.AlgorithmType;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerNameTest {

  private static final SchedulerConfig OWN =
      SchedulerConfig.of(
          SchedulerType.PNDM, Map.of("beta_end", 0.012, "use_exponential_sigmas", true));

  @ParameterizedTest
  @CsvSource({
    "DPM++ 2M Karras, DPM_SOLVER_MULTISTEP, KARRAS",
    "dpm++ 2m sde exponential, DPM_SOLVER_MULTISTEP, EXPONENTIAL",
    "dpmsolver++ lu, DPM_SOLVER_MULTISTEP, LU",
    "dpm++ sde  karras, DPM_SOLVER_SDE, KARRAS",
    "dpm2 a beta, KDPM2_ANCESTRAL, BETA",
    "LMS Karras, LMS, KARRAS",
    "EulerDiscreteScheduler karras, EULER, KARRAS"
  })
  void tellSamplerAndSigmas(String name, SchedulerType type, SigmaSpacing spacing) {
    SchedulerConfig config = SamplerName.apply(name, OWN);
    assertThat(config.type()).isEqualTo(type);
    assertThat(config.sigmaSpacing()).contains(spacing);
    assertThat(config.betaEnd()).as("the checkpoint's own").isEqualTo(0.012);
  }

  @Test
  void tellTheSolver() {
    SchedulerConfig sde = SamplerName.apply("DPM++ 2M SDE", OWN);
    assertThat(sde.algorithmType()).isEqualTo(AlgorithmType.SDE_DPMSOLVER_PLUS_PLUS);
    assertThat(sde.solverOrder()).isEqualTo(2);
    assertThat(SamplerName.apply("dpm++ 3s", OWN).solverOrder()).isEqualTo(3);
    assertThat(SamplerName.apply("heun", OWN).sigmaSpacing()).contains(SigmaSpacing.EXPONENTIAL);
    assertThat(SamplerName.apply("plms", OWN).skipPrkSteps()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("io.chiaroscuro.scheduler.SamplerName#names")
  void allStart(String name) {
    try (Trajectory trajectory = Scheduler.of(SamplerName.apply(name, OWN)).start(5)) {
      assertThat(trajectory.timesteps()[0]).isGreaterThan(700);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "karras",
        "dpm adaptive",
        "ddim karras",
        "lcm beta",
        "heun lu",
        "heun karras karras"
      })
  void refuseInOneSentence(String name) {
    assertThatThrownBy(() -> SamplerName.apply(name, OWN))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .endsWith(".")
        .doesNotContain("\n");
  }

  @Test
  void refusalsNameOptionAndClass() {
    assertThatThrownBy(() -> SamplerName.apply("ddim karras", OWN))
        .hasMessageContaining("DDIMScheduler")
        .hasMessageContaining("use_karras_sigmas");
  }
}
