package io.chiaroscuro.scheduler;

import static java.util.Map.entry;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
          Map.of(
              "clip_sample", true, "clip_sample_range", 1.0, "set_alpha_to_one", true, "eta", 0.0),
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
          Map.of("interpolation_type", "linear", "final_sigmas_type", "zero"),
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
              Double.NEGATIVE_INFINITY,
              "final_sigmas_type",
              "zero",
              "use_lu_lambdas",
              false),
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
          Map.of(
              "solver_type",
              "bh2",
              "predict_x0",
              true,
              "disable_corrector",
              new int[0],
              "final_sigmas_type",
              "zero"),
          Defaults.MULTISTEP,
          Defaults.LINSPACE,
          Defaults.RESCALING,
          Defaults.THRESHOLDING,
          Defaults.SIGMAS)),
  LMS(
      "lms",
      "LMSDiscreteScheduler",
      LmsScheduler::new,
      List.of(Defaults.LINSPACE, Defaults.SIGMAS)),
  HEUN(
      "heun",
      "HeunDiscreteScheduler",
      HeunScheduler::new,
      List.of(
          Map.of("clip_sample", false, "clip_sample_range", 1.0),
          Defaults.STABLE_BETAS,
          Defaults.LINSPACE,
          Defaults.SIGMAS)),
  KDPM2(
      "kdpm2",
      "KDPM2DiscreteScheduler",
      Kdpm2Scheduler::new,
      List.of(Defaults.STABLE_BETAS, Defaults.LINSPACE, Defaults.SIGMAS)),
  KDPM2_ANCESTRAL(
      "kdpm2_ancestral",
      "KDPM2AncestralDiscreteScheduler",
      Kdpm2AncestralScheduler::new,
      List.of(Defaults.STABLE_BETAS, Defaults.LINSPACE, Defaults.SIGMAS)),
  DPM_SOLVER_SDE(
      "dpmsolver_sde",
      "DPMSolverSDEScheduler",
      DpmSolverSdeScheduler::new,
      List.of(Defaults.STABLE_BETAS, Defaults.LINSPACE, Defaults.SIGMAS)),
  DPM_SOLVER_SINGLESTEP(
      "dpmsolver_singlestep",
      "DPMSolverSinglestepScheduler",
      DpmSolverSinglestepScheduler::new,
      List.of(
          Defaults.MULTISTEP,
          Map.of(
              "algorithm_type",
              "dpmsolver++",
              "solver_type",
              "midpoint",
              "lower_order_final",
              false,
              "lambda_min_clipped",
              Double.NEGATIVE_INFINITY,
              "final_sigmas_type",
              "zero"),
          Defaults.THRESHOLDING,
          Defaults.SIGMAS)),
  DEIS_MULTISTEP(
      "deis",
      "DEISMultistepScheduler",
      DeisMultistepScheduler::new,
      List.of(
          Map.of("algorithm_type", "deis", "solver_type", "logrho"),
          Defaults.MULTISTEP,
          Defaults.LINSPACE,
          Defaults.THRESHOLDING,
          Defaults.SIGMAS)),
  LCM("lcm", "LCMScheduler", LcmScheduler::new, List.of(Defaults.CONSISTENCY)),
  TCD("tcd", "TCDScheduler", TcdScheduler::new, List.of(Defaults.CONSISTENCY, Map.of("eta", 0.3)));

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
    return find(name)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "Unknown scheduler '%s'; choose %s.".formatted(name, listed())));
  }

  static Optional<SchedulerType> find(String name) {
    return Arrays.stream(values())
        .filter(t -> t.displayName.equalsIgnoreCase(name) || t.className.equalsIgnoreCase(name))
        .findFirst();
  }

  /** The names users write, with commas. */
  static String listed() {
    return Arrays.stream(values()).map(SchedulerType::toString).collect(Collectors.joining(", "));
  }

  /** diffusers' name, as {@code _class_name} in a {@code scheduler_config.json}. */
  public String className() {
    return className;
  }

  /** The settings this sampler takes, by their names in the file, with what it assumes. */
  Map<String, Object> defaults() {
    return defaults;
  }

  /** Whether this sampler has a setting of that name. */
  boolean takes(String field) {
    return defaults.containsKey(field);
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

    /** Stable Diffusion's, but for the schedule. */
    static final Map<String, Object> STABLE_BETAS =
        Map.of("beta_start", 0.00085, "beta_end", 0.012);

    static final Map<String, Object> LEADING = Map.of("timestep_spacing", "leading");
    static final Map<String, Object> LINSPACE = Map.of("timestep_spacing", "linspace");
    static final Map<String, Object> RESCALING = Map.of("rescale_betas_zero_snr", false);
    static final Map<String, Object> THRESHOLDING =
        Map.of("thresholding", false, "dynamic_thresholding_ratio", 0.995, "sample_max_value", 1.0);
    static final Map<String, Object> SIGMAS =
        Map.of(
            "use_karras_sigmas", false, "use_exponential_sigmas", false, "use_beta_sigmas", false);
    static final Map<String, Object> MULTISTEP =
        Map.of("solver_order", 2, "lower_order_final", true);

    /** Samplers of models that were distilled to a few steps. */
    static final Map<String, Object> CONSISTENCY =
        Map.ofEntries(
            entry("beta_start", 0.00085),
            entry("beta_end", 0.012),
            entry("beta_schedule", "scaled_linear"),
            entry("original_inference_steps", 50),
            entry("timestep_scaling", 10.0),
            entry("clip_sample", false),
            entry("clip_sample_range", 1.0),
            entry("set_alpha_to_one", true),
            entry("timestep_spacing", "leading"),
            entry("rescale_betas_zero_snr", false),
            entry("thresholding", false),
            entry("dynamic_thresholding_ratio", 0.995),
            entry("sample_max_value", 1.0));
  }
}
