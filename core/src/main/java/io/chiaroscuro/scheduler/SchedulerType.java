package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The samplers by name, each with the settings that diffusers' class of that name takes and what it
 * assumes where a configuration leaves one out.
 */
public enum SchedulerType {
  DDIM(
      "ddim",
      "DDIMScheduler",
      DdimScheduler::new,
      List.of(
          Map.of("clip_sample", true, "clip_sample_range", 1.0, "set_alpha_to_one", true),
          Defaults.LEADING,
          Defaults.RESCALING,
          Defaults.THRESHOLDING)),
  DDPM(
      "ddpm",
      "DDPMScheduler",
      DdpmScheduler::new,
      List.of(
          Map.of("clip_sample", true, "clip_sample_range", 1.0, "variance_type", "fixed_small"),
          Defaults.LEADING,
          Defaults.RESCALING,
          Defaults.THRESHOLDING)),
  PNDM(
      "pndm",
      "PNDMScheduler",
      PndmScheduler::new,
      List.of(Map.of("skip_prk_steps", false, "set_alpha_to_one", false), Defaults.LEADING)),
  EULER(
      "euler",
      "EulerDiscreteScheduler",
      EulerScheduler::new,
      List.of(
          Map.of("interpolation_type", "linear"),
          Defaults.LINSPACE,
          Defaults.RESCALING,
          Defaults.SIGMAS)),
  EULER_ANCESTRAL(
      "euler_ancestral",
      "EulerAncestralDiscreteScheduler",
      EulerAncestralScheduler::new,
      List.of(Defaults.LINSPACE, Defaults.RESCALING)),
  DPM_SOLVER_MULTISTEP(
      "dpmsolver++",
      "DPMSolverMultistepScheduler",
      DpmSolverMultistepScheduler::new,
      List.of(
          Map.of(
              "algorithm_type",
              "dpmsolver++",
              "solver_type",
              "midpoint",
              "euler_at_final",
              false,
              "lambda_min_clipped",
              Double.NEGATIVE_INFINITY),
          Defaults.MULTISTEP,
          Defaults.LINSPACE,
          Defaults.RESCALING,
          Defaults.THRESHOLDING,
          Defaults.SIGMAS)),
  UNIPC_MULTISTEP(
      "unipc",
      "UniPCMultistepScheduler",
      UniPcMultistepScheduler::new,
      List.of(
          Map.of("solver_type", "bh2", "predict_x0", true, "disable_corrector", new int[0]),
          Defaults.MULTISTEP,
          Defaults.LINSPACE,
          Defaults.RESCALING,
          Defaults.THRESHOLDING,
          Defaults.SIGMAS));

  private final String displayName;
  private final String className;
  private final Function<SchedulerConfig, Scheduler> constructor;
  private final Map<String, Object> defaults;

  SchedulerType(
      String displayName,
      String className,
      Function<SchedulerConfig, Scheduler> constructor,
      List<Map<String, Object>> defaults) {
    this.displayName = displayName;
    this.className = className;
    this.constructor = constructor;
    Map<String, Object> all = new HashMap<>(Defaults.BETAS);
    defaults.forEach(all::putAll);
    this.defaults = Map.copyOf(all);
  }

  /**
   * A sampler by its name here ({@code euler_ancestral}) or by that of diffusers' class.
   *
   * @throws InvalidInputException if there is none of that name
   */
  public static SchedulerType parse(String name) {
    return Arrays.stream(values())
        .filter(t -> t.displayName.equalsIgnoreCase(name) || t.className.equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "Unknown scheduler '%s'; choose %s."
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(SchedulerType::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /** diffusers' name, as {@code _class_name} in a {@code scheduler_config.json}. */
  public String className() {
    return className;
  }

  /** The settings this sampler takes, by their names in the file, with what it assumes. */
  Map<String, Object> defaults() {
    return defaults;
  }

  Scheduler create(SchedulerConfig config) {
    return constructor.apply(config);
  }

  /** The name users write, for example {@code dpmsolver++}. */
  @Override
  public String toString() {
    return displayName;
  }

  /** Settings that several samplers share. */
  private static final class Defaults {
    static final Map<String, Object> BETAS =
        Map.of(
            "num_train_timesteps",
            1000,
            "beta_start",
            0.0001,
            "beta_end",
            0.02,
            "beta_schedule",
            "linear",
            "trained_betas",
            new float[0],
            "prediction_type",
            "epsilon",
            "steps_offset",
            0);
    static final Map<String, Object> LEADING = Map.of("timestep_spacing", "leading");
    static final Map<String, Object> LINSPACE = Map.of("timestep_spacing", "linspace");
    static final Map<String, Object> RESCALING = Map.of("rescale_betas_zero_snr", false);
    static final Map<String, Object> THRESHOLDING =
        Map.of("thresholding", false, "dynamic_thresholding_ratio", 0.995, "sample_max_value", 1.0);
    static final Map<String, Object> SIGMAS =
        Map.of("use_karras_sigmas", false, "final_sigmas_type", "zero");
    static final Map<String, Object> MULTISTEP =
        Map.of("solver_order", 2, "lower_order_final", true);
  }
}
