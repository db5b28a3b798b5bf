package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.hub.Wanted;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.scheduler.SamplerName;
import io.chiaroscuro.scheduler.SchedulerConfig;
import io.chiaroscuro.scheduler.SchedulerType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which noise: a checkpoint's or Stable Diffusion's, with other betas where they are given. */
final class ScheduleOptions {

  private static final SchedulerConfig STABLE_DIFFUSION =
      SchedulerConfig.of(
          SchedulerType.PNDM,
          Map.of(
              "beta_start",
              0.00085,
              "beta_end",
              0.012,
              "beta_schedule",
              "scaled_linear",
              "skip_prk_steps",
              true,
              "steps_offset",
              1));

  @Option(
      names = {"--model", "--pretrained-model-name-or-path"},
      paramLabel = "NAME",
      description = {
        "A checkpoint in the diffusers folder layout, or its name on the Hugging Face hub"
            + " (default:",
        "Stable Diffusion's betas)."
      })
  private String model;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--beta-schedule",
      paramLabel = "NAME",
      description = "Other betas: linear, scaled_linear or squaredcos_cap_v2.")
  private String betaSchedule;

  @Option(names = "--beta-start", paramLabel = "B", description = "The first beta.")
  private Double betaStart;

  @Option(names = "--beta-end", paramLabel = "B", description = "The last beta.")
  private Double betaEnd;

  @Option(
      names = "--rescale-betas-zero-snr",
      description = "Rescale the betas so that nothing of the picture is left at the end.")
  private boolean rescaleBetasZeroSnr;

  Optional<Checkpoint> checkpoint() {
    return Optional.ofNullable(model)
        .map(
            name ->
                HubModels.of(command).find(name, Wanted.CHECKPOINT, command.commandLine().getErr()))
        .map(Checkpoint::open);
  }

  /** The schedule of the noise, whoever samples it: not every sampler takes rescaled betas. */
  SchedulerConfig noise() {
    return config().as(SchedulerType.DDIM);
  }

  /**
   * A sampler on that noise.
   *
   * @param name the checkpoint's own where it is null
   * @throws InvalidInputException if there is none of that name, or it cannot do with these betas
   */
  SchedulerConfig sampler(String name) {
    SchedulerConfig own = config();
    SchedulerConfig config = name == null ? own : SamplerName.apply(name, own);
    if (rescaleBetasZeroSnr && !config.rescaleBetasZeroSnr()) {
      throw new InvalidInputException(
          "The sampler %s knows no --rescale-betas-zero-snr; choose another, for example --scheduler ddim."
              .formatted(config.type()));
    }
    return config;
  }

  private SchedulerConfig config() {
    SchedulerConfig own =
        checkpoint().map(StableDiffusion::schedulerConfig).orElse(STABLE_DIFFUSION);
    Map<String, Object> fields = new HashMap<>(own.given());
    if (betaSchedule != null || betaStart != null || betaEnd != null) {
      fields.remove("trained_betas");
    }
    putIfGiven(fields, "beta_schedule", betaSchedule);
    putIfGiven(fields, "beta_start", betaStart);
    putIfGiven(fields, "beta_end", betaEnd);
    putIfGiven(fields, "rescale_betas_zero_snr", rescaleBetasZeroSnr ? true : null);
    return SchedulerConfig.of(own.type(), fields);
  }

  private static void putIfGiven(Map<String, Object> fields, String name, Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
