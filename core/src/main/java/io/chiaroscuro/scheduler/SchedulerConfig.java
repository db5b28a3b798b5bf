package io.chiaroscuro.scheduler;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
 * @param timestepSpacing which timesteps are visited
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
 * @param useKarrasSigmas whether sigmas are spaced as by Karras et al.
 * @param finalSigmasType where sigma-based samplers end
 * @param solverOrder order of a multistep sampler, 1..3
 * @param solverType variant of its update
 * @param algorithmType variant of DPM-Solver
 * @param lowerOrderFinal whether the last steps of a multistep sampler are of lower order
 * @param eulerAtFinal whether DPM-Solver's last step is of first order
 * @param lambdaMinClipped the least lambda that DPM-Solver visits
 * @param predictX0 whether UniPC extrapolates x_0 rather than epsilon
 * @param disableCorrector steps of UniPC that go uncorrected
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
    FinalSigmasType finalSigmasType,
    int solverOrder,
    SolverType solverType,
    AlgorithmType algorithmType,
    boolean lowerOrderFinal,
    boolean eulerAtFinal,
    double lambdaMinClipped,
    @JsonProperty("predict_x0") boolean predictX0,
    List<Integer> disableCorrector) {

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

  /** Variants of the update of DPM-Solver (midpoint, heun) and of UniPC (bh1, bh2). */
  public enum SolverType {
    MIDPOINT,
    HEUN,
    BH1,
    BH2
  }

  /** DPM-Solver's variants: in terms of epsilon or (++) of x_0, deterministic or stochastic. */
  public enum AlgorithmType {
    @JsonProperty("dpmsolver")
    DPMSOLVER,
    @JsonProperty("dpmsolver++")
    DPMSOLVER_PLUS_PLUS,
    @JsonProperty("sde-dpmsolver")
    SDE_DPMSOLVER,
    @JsonProperty("sde-dpmsolver++")
    SDE_DPMSOLVER_PLUS_PLUS
  }

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .build();

  /**
   * Settings of the samplers by sigma that diffusers knows and we do not, with the values that ask
   * nothing of us.
   */
  private static final Map<String, List<Object>> NEUTRAL_VALUES =
      Map.of(
          "use_exponential_sigmas", List.of(false),
          "use_beta_sigmas", List.of(false),
          "use_lu_lambdas", List.of(false),
          "use_flow_sigmas", List.of(false),
          "use_dynamic_shifting", List.of(false),
          "timestep_type", List.of("discrete"),
          "sigma_min", List.of(),
          "sigma_max", List.of(),
          "solver_p", List.of());

  /** What a solver makes of another's {@code solver_type} or {@code algorithm_type}. */
  private static final Map<SchedulerType, Map<String, Map<Object, Object>>> FOREIGN_NAMES =
      Map.of(
          SchedulerType.DPM_SOLVER_MULTISTEP,
          Map.of(
              "solver_type", Map.of("logrho", "midpoint", "bh1", "midpoint", "bh2", "midpoint"),
              "algorithm_type", Map.of("deis", "dpmsolver++")),
          SchedulerType.UNIPC_MULTISTEP,
          Map.of("solver_type", Map.of("logrho", "bh2", "midpoint", "bh2", "heun", "bh2")));

  public SchedulerConfig {
    given = Map.copyOf(given);
    trainedBetas = numbers("trained_betas", trainedBetas);
    disableCorrector = numbers("disable_corrector", disableCorrector);
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
        !type.defaults().containsKey("solver_order") || (solverOrder >= 1 && solverOrder <= 3),
        "solver_order",
        solverOrder,
        "1, 2 or 3");
  }

  /**
   * Reads a checkpoint's {@code scheduler_config.json}.
   *
   * @throws InvalidInputException if the file is missing, malformed, names an unknown sampler or
   *     asks for what cannot be
   */
  public static SchedulerConfig read(Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readString(file));
      if (!json.isObject() || !json.path("_class_name").isTextual()) {
        throw new InvalidInputException(
            "This is no scheduler configuration: it lacks \"_class_name\"; fetch it again.");
      }
      return of(SchedulerType.parse(json.get("_class_name").asText()), fields(json));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s is not valid JSON (%s); correct it or fetch it again."
              .formatted(file, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(file, AtomicFile.reason(e)),
          e);
    } catch (InvalidInputException e) {
      throw new InvalidInputException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Settings from named fields, those left out as diffusers' class has them.
   *
   * @param fields names as in the file, for example {@code beta_start}; unknown ones are ignored
   * @throws InvalidInputException if a value cannot be used
   */
  public static SchedulerConfig of(SchedulerType type, Map<String, Object> fields) {
    boolean usesSigmas = type.defaults().containsKey("use_karras_sigmas");
    NEUTRAL_VALUES.forEach(
        (name, accepted) ->
            require(
                !usesSigmas || fields.get(name) == null || accepted.contains(fields.get(name)),
                name,
                fields.get(name),
                accepted.isEmpty() ? "left out" : String.valueOf(accepted.get(0))));
    ObjectNode json = JSON.createObjectNode();
    json.set("type", JSON.valueToTree(type.name()));
    json.set("given", JSON.valueToTree(fields));
    Map<String, Map<Object, Object>> foreign = FOREIGN_NAMES.getOrDefault(type, Map.of());
    type.defaults()
        .forEach(
            (name, assumed) -> {
              Object value = fields.getOrDefault(name, assumed);
              json.set(
                  name,
                  JSON.valueToTree(
                      foreign.getOrDefault(name, Map.of()).getOrDefault(value, value)));
            });
    try {
      return JSON.treeToValue(json, SchedulerConfig.class);
    } catch (JsonProcessingException e) {
      throw rephrased(e, json);
    }
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
   * These settings with pure noise at the last timestep, which sampling then has to visit (<a
   * href="https://arxiv.org/abs/2305.08891">Lin et al., 2023</a>). A sampler that does not know
   * such schedules gives way to DDIM.
   */
  public SchedulerConfig withRescaleBetasZeroSnr() {
    boolean known = type.defaults().containsKey("rescale_betas_zero_snr");
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
    ObjectNode json = JSON.createObjectNode().put("_class_name", type.className());
    new TreeMap<>(given).forEach((name, value) -> json.set(name, JSON.valueToTree(value)));
    AtomicFile.write(
        file,
        temporary -> JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), json));
  }

  /** What the file says; null, which stands for "not set", is as good as absent. */
  private static Map<String, Object> fields(JsonNode json) {
    return json.properties().stream()
        .filter(field -> !field.getValue().isNull() && !field.getKey().startsWith("_"))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, field -> JSON.convertValue(field.getValue(), Object.class)));
  }

  private static InvalidInputException rephrased(JsonProcessingException e, ObjectNode json) {
    if (e.getCause() instanceof InvalidInputException invalid) {
      return invalid;
    }
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      String field = mapping.getPath().get(0).getFieldName();
      return new InvalidInputException(
          "The scheduler's %s cannot be %s; see the checkpoint's scheduler_config.json."
              .formatted(field, json.get(field)),
          e);
    }
    return new InvalidInputException(
        "The scheduler's settings cannot be used: %s.".formatted(e.getOriginalMessage()), e);
  }

  /** An immutable copy; a setting that the sampler does not take is empty. */
  private static <T extends Number> List<T> numbers(String field, List<T> list) {
    if (list == null) {
      return List.of();
    }
    require(list.stream().noneMatch(Objects::isNull), field, list, "a list of numbers");
    return List.copyOf(list);
  }

  private static void require(boolean holds, String field, Object value, String remedy) {
    if (!holds) {
      throw new InvalidInputException(
          "The scheduler's %s cannot be %s; it must be %s.".formatted(field, value, remedy));
    }
  }
}
