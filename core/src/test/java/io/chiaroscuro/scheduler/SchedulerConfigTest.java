package io.chiaroscuro.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.scheduler.SchedulerConfig.BetaSchedule;
import io.chiaroscuro.scheduler.SchedulerConfig.SolverType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerConfigTest {

  @TempDir private Path folder;

  private SchedulerConfig read(String json) throws IOException {
    return SchedulerConfig.read(Files.writeString(folder.resolve("scheduler_config.json"), json));
  }

  @Test
  void readsThePublishedFiles() {
    SchedulerConfig pndm = published("stable-diffusion-v1-4");
    assertThat(pndm.type()).isEqualTo(SchedulerType.PNDM);
    assertThat(pndm.betaSchedule()).isEqualTo(BetaSchedule.SCALED_LINEAR);
    assertThat(pndm.skipPrkSteps()).isTrue();
    assertThat(pndm.predictionType()).isEqualTo(PredictionType.EPSILON);
    assertThat(pndm.timestepSpacing()).isEqualTo(TimestepSpacing.LEADING);
    SchedulerConfig ddim = published("stable-diffusion-2-1");
    assertThat(ddim.type()).isEqualTo(SchedulerType.DDIM);
    assertThat(ddim.predictionType()).isEqualTo(PredictionType.V_PREDICTION);
    assertThat(ddim.clipSample()).isFalse();
    assertThat(ddim.stepsOffset()).isEqualTo(1);
    SchedulerConfig euler = published("stable-diffusion-xl-base-1.0");
    assertThat(euler.type()).isEqualTo(SchedulerType.EULER);
    try (Trajectory trajectory = Scheduler.of(ddim).start(50)) {
      assertThat(trajectory.timesteps()[0]).isEqualTo(981);
    }
  }

  private static SchedulerConfig published(String checkpoint) {
    return SchedulerConfig.read(
        SharedData.path("checkpoints/" + checkpoint + "/scheduler/scheduler_config.json"));
  }

  @Test
  void assumesWhatTheNamedClassAssumes() throws IOException {
    SchedulerConfig ddim = read("{\"_class_name\": \"DDIMScheduler\", \"unknown\": [1, {}]}");
    assertThat(ddim.clipSample()).isTrue();
    assertThat(ddim.setAlphaToOne()).isTrue();
    assertThat(ddim.timestepSpacing()).isEqualTo(TimestepSpacing.LEADING);
    SchedulerConfig pndm = read("{\"_class_name\": \"PNDMScheduler\", \"trained_betas\": null}");
    assertThat(pndm.setAlphaToOne()).isFalse();
    assertThat(pndm.clipSample()).as("no setting of PNDM's").isFalse();
  }

  @Test
  void carriesGivenFieldsToAnotherSampler() throws IOException {
    SchedulerConfig pndm =
        read(
            """
            {"_class_name": "PNDMScheduler", "beta_end": 0.012, "clip_sample": false,
             "solver_type": "midpoint", "rescale_betas_zero_snr": true}
            """);
    assertThat(pndm.rescaleBetasZeroSnr()).as("no setting of PNDM's").isFalse();
    SchedulerConfig ddim = pndm.as(SchedulerType.DDIM);
    assertThat(ddim.betaEnd()).isEqualTo(0.012);
    assertThat(ddim.clipSample()).as("given, though PNDM ignores it").isFalse();
    assertThat(ddim.rescaleBetasZeroSnr()).isTrue();
    assertThat(ddim.setAlphaToOne()).as("not given, so DDIM's own").isTrue();
    assertThat(pndm.as(SchedulerType.UNIPC_MULTISTEP).solverType()).isEqualTo(SolverType.BH2);
    assertThat(pndm.as(SchedulerType.EULER).timestepSpacing()).isEqualTo(TimestepSpacing.LINSPACE);
    assertThat(ddim.as(SchedulerType.PNDM).as(SchedulerType.DDIM)).isEqualTo(ddim);
  }

  @Test
  void changesOneSetting() {
    SchedulerConfig config = SchedulerConfig.of(SchedulerType.DDIM, Map.of("beta_end", 0.012));
    SchedulerConfig changed = config.with("clip_sample", false);
    assertThat(changed.clipSample()).isFalse();
    assertThat(changed.betaEnd()).isEqualTo(0.012);
  }

  @ParameterizedTest
  @CsvSource({
    "ddim, DDIM",
    "euler_ancestral, EULER_ANCESTRAL",
    "DPMSolver++, DPM_SOLVER_MULTISTEP",
    "UniPCMultistepScheduler, UNIPC_MULTISTEP"
  })
  void parsesNames(String name, SchedulerType type) {
    assertThat(SchedulerType.parse(name)).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}",
        "{\"_class_name\": 3}",
        "{\"_class_name\": \"IPNDMScheduler\"}",
        "{\"_class_name\": \"DDIMScheduler\", \"beta_start\": NaN}",
        "{\"_class_name\": \"DDIMScheduler\", \"beta_end\": 2}",
        "{\"_class_name\": \"DDIMScheduler\", \"beta_end\": \"much\"}",
        "{\"_class_name\": \"DDIMScheduler\", \"beta_schedule\": \"sigmoid\"}",
        "{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 0}",
        "{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 1e9}",
        "{\"_class_name\": \"DDIMScheduler\", \"steps_offset\": -1}",
        "{\"_class_name\": \"DDIMScheduler\", \"trained_betas\": [0.1, 0.2]}",
        "{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 2, \"trained_betas\": [0.1,"
            + " NaN]}",
        "{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 2, \"trained_betas\": [0.1,"
            + " null]}",
        "{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 2, \"trained_betas\": [0,"
            + " 0.1]}",
        "{\"_class_name\": \"DDIMScheduler\", \"prediction_type\": \"noise\"}",
        "{\"_class_name\": \"DDIMScheduler\", \"timestep_spacing\": 3}",
        "{\"_class_name\": \"DDIMScheduler\", \"timestep_spacing\": 1}",
        "{\"_class_name\": \"DDIMScheduler\", \"beta_schedule\": \"\"}",
        "{\"_class_name\": \"DDIMScheduler\", \"rescale_betas_zero_snr\": true,"
            + " \"timestep_spacing\": \"trailing\"}",
        "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"lambda_min_clipped\": NaN}",
        "{\"_class_name\": \"DDIMScheduler\", \"clip_sample_range\": -1}",
        "{\"_class_name\": \"DDPMScheduler\", \"variance_type\": \"learned_range\"}",
        "{\"_class_name\": \"PNDMScheduler\", \"prediction_type\": \"sample\"}",
        "{\"_class_name\": \"EulerDiscreteScheduler\", \"use_beta_sigmas\": true,"
            + " \"use_karras_sigmas\": true}",
        "{\"_class_name\": \"EulerDiscreteScheduler\", \"use_flow_sigmas\": true}",
        "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"use_beta_sigmas\": true,"
            + " \"use_lu_lambdas\": true}",
        "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"algorithm_type\": \"sde\"}",
        "{\"_class_name\": \"KDPM2DiscreteScheduler\", \"prediction_type\": \"sample\"}",
        "{\"_class_name\": \"KDPM2AncestralDiscreteScheduler\", \"prediction_type\": \"sample\"}",
        "{\"_class_name\": \"DPMSolverSDEScheduler\", \"prediction_type\": \"sample\"}",
        "{\"_class_name\": \"DPMSolverSDEScheduler\", \"noise_sampler_seed\": 3}",
        "{\"_class_name\": \"DEISMultistepScheduler\", \"algorithm_type\": \"sde-dpmsolver++\"}",
        "{\"_class_name\": \"DEISMultistepScheduler\", \"solver_order\": 4}",
        "{\"_class_name\": \"DPMSolverSinglestepScheduler\", \"algorithm_type\": \"dpmsolver\"}",
        "{\"_class_name\": \"DPMSolverSinglestepScheduler\", \"algorithm_type\":"
            + " \"sde-dpmsolver\"}",
        "{\"_class_name\": \"DPMSolverSinglestepScheduler\", \"algorithm_type\": \"dpmsolver\","
            + " \"final_sigmas_type\": \"sigma_min\", \"thresholding\": true}",
        "{\"_class_name\": \"DPMSolverSinglestepScheduler\", \"solver_type\": \"euler\"}",
        "{\"_class_name\": \"LCMScheduler\", \"original_inference_steps\": 0}",
        "{\"_class_name\": \"LCMScheduler\", \"original_inference_steps\": 1001}",
        "{\"_class_name\": \"LCMScheduler\", \"original_inference_steps\": 10}",
        "{\"_class_name\": \"LCMScheduler\", \"timestep_scaling\": 0}",
        "{\"_class_name\": \"LCMScheduler\", \"rescale_betas_zero_snr\": true}",
        "{\"_class_name\": \"TCDScheduler\", \"eta\": 1.5}",
        "{\"_class_name\": \"EulerDiscreteScheduler\", \"timestep_type\": \"continuous\"}",
        "{\"_class_name\": \"EulerAncestralDiscreteScheduler\", \"prediction_type\": \"sample\"}",
        "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"solver_order\": 4}",
        "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"algorithm_type\": \"dpmsolver\"}",
        "{\"_class_name\": \"UniPCMultistepScheduler\", \"solver_type\": \"bh3\"}",
        "{\"_class_name\": \"UniPCMultistepScheduler\", \"lower_order_final\": false}"
      })
  void refusesInOneSentence(String json) {
    assertThatThrownBy(() -> Scheduler.of(read(json)).start(20))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .endsWith(".")
        .doesNotContain("\n", "com.fasterxml", "java.");
  }

  @Test
  void refusesAMissingFile() {
    assertThatThrownBy(() -> SchedulerConfig.read(folder.resolve("absent.json")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("absent.json");
  }

  @ParameterizedTest
  @CsvSource({
    "ddim, 0",
    "ddim, -3",
    "ddim, 1001",
    "euler, 0",
    "euler, 1001",
    "unipc, 0",
    "dpmsolver++, 1000",
    "deis, 1000",
    "lcm, 51",
    "tcd, 0",
    "heun, 1001",
    "dpmsolver_singlestep, 1000",
    "pndm, 3"
  })
  void refusesImpossibleNumbersOfSteps(String name, int steps) {
    Scheduler scheduler = Scheduler.of(SchedulerConfig.of(SchedulerType.parse(name), Map.of()));
    assertThatThrownBy(() -> scheduler.start(steps))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(String.valueOf(steps));
  }
}
