package io.chiaroscuro.scheduler;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A sampler's settings, named as in a checkpoint's {@code scheduler_config.json}. Settings that the
 * sampler does not take are at their neutral value: false, 0, empty or null.
 *
 * @param type which sampler
 * @param given every field of the file, also those that this sampler ignores: {@link #as} needs
 *     them
 * @param numTrainTimesteps timesteps of the forward process, 2..100,000
 * @param betaStart first beta, in (0, 1)
 * @param betaEnd last beta, in (0, 1)
 * @param betaSchedule what lies between them
 * @param trainedBetas betas that replace the schedule; empty for none
 * @param predictionType what the network predicts
 * @param timestepSpacing which timesteps are visited; linspace where the sampler leaves no choice
 * @param stepsOffset added to the timesteps of leading spacing
 * @param rescaleBetasZeroSnr whether the last timestep is pure noise
 * @param clipSample whether x_0 is clipped to +-clipSampleRange (DDIM, DDPM)
 * @param clipSampleRange the largest magnitude of x_0
 * @param thresholding whether x_0 is thresholded dynamically
 * @param dynamicThresholdingRatio the quantile of |x_0| that is the threshold
 * @param sampleMaxValue the largest threshold
 * @param setAlphaToOne whether the last step ends at abar = 1 rather than at abar_0 (DDIM, PNDM)
 * @param skipPrkSteps whether PNDM starts with PLMS at once
 * @param varianceType DDPM's variance of the noise put back
 * @param interpolationType how Euler finds sigmas between timesteps
 * @param useKarrasSigmas whether sigmas are spaced as by {@link SigmaSpacing#KARRAS}
 * @param useExponentialSigmas likewise {@link SigmaSpacing#EXPONENTIAL}
 * @param useBetaSigmas likewise {@link SigmaSpacing#BETA}
 * @param useLuLambdas likewise {@link SigmaSpacing#LU}
 * @param finalSigmasType where sigma-based samplers end
 * @param solverOrder order of a multistep sampler, 1..3
 * @param solverType variant of its update
 * @param algorithmType variant of DPM-Solver
 * @param lowerOrderFinal whether the last steps of a multistep sampler are of lower order
 * @param eulerAtFinal whether DPM-Solver's last step is of first order
 * @param lambdaMinClipped the least lambda that DPM-Solver visits
 * @param predictX0 whether UniPC extrapolates x_0 rather than epsilon
 * @param disableCorrector steps of UniPC that go uncorrected
 * @param originalInferenceSteps of how many timesteps a consistency model was distilled (LCM, TCD)
 * @param timestepScaling how fast LCM trusts the network rather than the sample
 * @param eta share of noise that is put back at each step, 0..1 (DDIM, TCD); not in diffusers'
 *     files, where it is an argument of the step
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SchedulerConfig(
    SchedulerType type,
    Map<String, Object> given,
    int numTrainTimesteps,
    double betaStart,
    double betaEnd,
    BetaSchedule betaSchedule,
    List<Float> trainedBetas,
    PredictionType predictionType,
    TimestepSpacing timestepSpacing,
    int stepsOffset,
    boolean rescaleBetasZeroSnr,
    boolean clipSample,
    double clipSampleRange,
    boolean thresholding,
    double dynamicThresholdingRatio,
    double sampleMaxValue,
    boolean setAlphaToOne,
    boolean skipPrkSteps,
    VarianceType varianceType,
    InterpolationType interpolationType,
    boolean useKarrasSigmas,
    boolean useExponentialSigmas,
    boolean useBetaSigmas,
    boolean useLuLambdas,
    FinalSigmasType finalSigmasType,
    int solverOrder,
    SolverType solverType,
    AlgorithmType algorithmType,
    boolean lowerOrderFinal,
    boolean eulerAtFinal,
    double lambdaMinClipped,
    @JsonProperty("predict_x0") boolean predictX0,
    List<Integer> disableCorrector,
    int originalInferenceSteps,
    double timestepScaling,
    double eta) {

  /** How betas run from the first to the last. */
  public enum BetaSchedule {
    LINEAR,
    SCALED_LINEAR,
    SQUAREDCOS_CAP_V2
  }

  /** The variance of the noise that DDPM puts back at each step. */
  public enum VarianceType {
    FIXED_SMALL,
    FIXED_SMALL_LOG,
    FIXED_LARGE
  }

  /** How Euler's sigmas lie between those of the training timesteps. */
  public enum InterpolationType {
    LINEAR,
    LOG_LINEAR
  }

  /** Where samplers in terms of sigma end: at the image itself or at the first timestep's noise. */
  public enum FinalSigmasType {
    ZERO,
    SIGMA_MIN
  }

  /** Variants of the update of DPM-Solver (midpoint, heun), UniPC (bh1, bh2) and DEIS (logrho). */
  public enum SolverType {
    MIDPOINT,
    HEUN,
    BH1,
    BH2,
    LOGRHO
  }

  /**
   * DPM-Solver's variants: in terms of epsilon or (++) of x_0, deterministic or stochastic; and
   * DEIS.
   */
  public enum AlgorithmType {
    @JsonProperty("dpmsolver")
    DPMSOLVER,
    @JsonProperty("dpmsolver++")
    DPMSOLVER_PLUS_PLUS,
    @JsonProperty("sde-dpmsolver")
    SDE_DPMSOLVER,
    @JsonProperty("sde-dpmsolver++")
    SDE_DPMSOLVER_PLUS_PLUS,
    @JsonProperty("deis")
    DEIS;

    /** Whether it extrapolates x_0 rather than epsilon. */
    boolean inTermsOfOriginal() {
      return this == DPMSOLVER_PLUS_PLUS || this == SDE_DPMSOLVER_PLUS_PLUS;
    }

    boolean isStochastic() {
      return this == SDE_DPMSOLVER || this == SDE_DPMSOLVER_PLUS_PLUS;
    }
  }

  public SchedulerConfig {
    given = Map.copyOf(given);
    trainedBetas = numbers("trained_betas", trainedBetas);
    disableCorrector = numbers("disable_corrector", disableCorrector);
    timestepSpacing = timestepSpacing == null ? TimestepSpacing.LINSPACE : timestepSpacing;
    require(
        numTrainTimesteps >= 2 && numTrainTimesteps <= 100_000,
        "num_train_timesteps",
        numTrainTimesteps,
        "a number of 2 to 100000");
    require(betaStart > 0 && betaStart < 1, "beta_start", betaStart, "a number between 0 and 1");
    require(betaEnd > 0 && betaEnd < 1, "beta_end", betaEnd, "a number between 0 and 1");
    require(
        trainedBetas.isEmpty() || trainedBetas.size() == numTrainTimesteps,
        "trained_betas",
        trainedBetas.size() + " numbers",
        "as many as num_train_timesteps says");
    require(
        trainedBetas.stream().allMatch(beta -> beta >= 0 && beta < 1),
        "trained_betas",
        "numbers out of range",
        "at least 0 and less than 1");
    require(
        stepsOffset >= 0 && stepsOffset < numTrainTimesteps,
        "steps_offset",
        stepsOffset,
        "at least 0 and less than num_train_timesteps");
    require(
        !clipSample || clipSampleRange > 0,
        "clip_sample_range",
        clipSampleRange,
        "a positive number");
    require(
        !thresholding || (dynamicThresholdingRatio >= 0 && dynamicThresholdingRatio <= 1),
        "dynamic_thresholding_ratio",
        dynamicThresholdingRatio,
        "a number between 0 and 1");
    require(!thresholding || sampleMaxValue >= 1, "sample_max_value", sampleMaxValue, "at least 1");
    require(
        !type.takes("solver_order") || (solverOrder >= 1 && solverOrder <= 3),
        "solver_order",
        solverOrder,
        "1, 2 or 3");
    require(
        !type.takes("original_inference_steps")
            || (originalInferenceSteps >= 1 && originalInferenceSteps <= numTrainTimesteps),
        "original_inference_steps",
        originalInferenceSteps,
        "at least 1 and at most num_train_timesteps");
    require(
        !type.takes("timestep_scaling") || timestepScaling > 0,
        "timestep_scaling",
        timestepScaling,
        "a positive number");
    require(eta >= 0 && eta <= 1, "eta", eta, "a number between 0 and 1");
    if (Stream.of(useKarrasSigmas, useExponentialSigmas, useBetaSigmas, useLuLambdas)
            .filter(used -> used)
            .count()
        > 1) {
      throw new InvalidInputException(
          "The scheduler %s (%s) spaces its sigmas in one way only; choose one of use_karras_sigmas, use_exponential_sigmas, use_beta_sigmas and use_lu_lambdas."
              .formatted(type, type.className()));
    }
  }

  /**
   * Reads a checkpoint's {@code scheduler_config.json}.
   *
   * @throws InvalidInputException if the file is missing, malformed, names an unknown sampler or
   *     asks for what cannot be
   */
  public static SchedulerConfig read(Path file) {
    return SchedulerFields.read(file);
  }

  /**
   * Settings from named fields, those left out as diffusers' class has them.
   *
   * @param fields names as in the file, for example {@code beta_start}; those that diffusers' class
   *     does not take are ignored, as it does
   * @throws InvalidInputException if a value cannot be used
   */
  public static SchedulerConfig of(SchedulerType type, Map<String, Object> fields) {
    return SchedulerFields.config(type, fields);
  }

  /**
   * These settings for another sampler, as diffusers' {@code from_config}: fields that were given
   * and that the other knows are carried over, the rest are as the other assumes.
   */
  public SchedulerConfig as(SchedulerType other) {
    return of(other, given);
  }

  /** These settings with one changed, named as in the file. */
  public SchedulerConfig with(String field, Object value) {
    Map<String, Object> fields = new HashMap<>(given);
    fields.put(field, value);
    return of(type, fields);
  }

  /**
   * These settings with one changed that the user asked for.
   *
   * @throws InvalidInputException if the sampler takes no such setting or not this value
   */
  public SchedulerConfig withOption(String field, Object value) {
    if (!type.takes(field)) {
      throw new InvalidInputException(
          "The scheduler %s (%s) takes no %s; it takes %s."
              .formatted(
                  type,
                  type.className(),
                  field,
                  String.join(", ", new TreeSet<>(type.defaults().keySet()))));
    }
    return with(field, value);
  }

  /** How sigmas lie, unless evenly in their timesteps. */
  public Optional<SigmaSpacing> sigmaSpacing() {
    return Stream.of(SigmaSpacing.values()).filter(this::uses).findFirst();
  }

  private boolean uses(SigmaSpacing spacing) {
    return switch (spacing) {
      case KARRAS -> useKarrasSigmas;
      case EXPONENTIAL -> useExponentialSigmas;
      case BETA -> useBetaSigmas;
      case LU -> useLuLambdas;
    };
  }

  /**
   * These settings with pure noise at the last timestep, which sampling then has to visit (<a
   * href="https://arxiv.org/abs/2305.08891">Lin et al., 2023</a>). A sampler that does not know
   * such schedules gives way to DDIM.
   */
  public SchedulerConfig withRescaleBetasZeroSnr() {
    boolean known = type.takes("rescale_betas_zero_snr");
    return as(known ? type : SchedulerType.DDIM)
        .with("rescale_betas_zero_snr", true)
        .with("timestep_spacing", "trailing");
  }

  /**
   * Writes {@code scheduler_config.json}: the fields that were given, by name.
   *
   * @throws InvalidInputException if it cannot be written
   */
  public void write(Path file) {
    SchedulerFields.write(this, file);
  }

  /** An immutable copy; a setting that the sampler does not take is empty. */
  private static <T extends Number> List<T> numbers(String field, List<T> list) {
    if (list == null) {
      return List.of();
    }
    require(list.stream().noneMatch(Objects::isNull), field, list, "a list of numbers");
    return List.copyOf(list);
  }

  static void require(boolean holds, String field, Object value, String remedy) {
    if (!holds) {
      throw new InvalidInputException(
          "The scheduler's %s cannot be %s; it must be %s.".formatted(field, value, remedy));
    }
  }
}
