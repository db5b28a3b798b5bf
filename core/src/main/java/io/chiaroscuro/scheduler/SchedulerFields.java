package io.chiaroscuro.scheduler;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Between the named fields of a {@code scheduler_config.json} and {@link SchedulerConfig}. */
final class SchedulerFields {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .build();

  /** Settings that diffusers knows and we do not, with the values that ask nothing of us. */
  private static final Map<String, List<Object>> NEUTRAL_VALUES =
      Map.of(
          "use_flow_sigmas", List.of(false),
          "use_dynamic_shifting", List.of(false),
          "timestep_type", List.of("discrete"),
          "sigma_min", List.of(),
          "sigma_max", List.of(),
          "solver_p", List.of());

  private static final Map<String, Map<Object, Object>> DPM_SOLVER_NAMES =
      Map.of(
          "solver_type", Map.of("logrho", "midpoint", "bh1", "midpoint", "bh2", "midpoint"),
          "algorithm_type", Map.of("deis", "dpmsolver++"));

  /** What a solver makes of another's {@code solver_type} or {@code algorithm_type}. */
  private static final Map<SchedulerType, Map<String, Map<Object, Object>>> FOREIGN_NAMES =
      Map.of(
          SchedulerType.DPM_SOLVER_MULTISTEP,
          DPM_SOLVER_NAMES,
          SchedulerType.DPM_SOLVER_SINGLESTEP,
          DPM_SOLVER_NAMES,
          SchedulerType.DEIS_MULTISTEP,
          Map.of(
              "solver_type",
              Map.of("midpoint", "logrho", "heun", "logrho", "bh1", "logrho", "bh2", "logrho"),
              "algorithm_type",
              Map.of("dpmsolver", "deis", "dpmsolver++", "deis")),
          SchedulerType.UNIPC_MULTISTEP,
          Map.of("solver_type", Map.of("logrho", "bh2", "midpoint", "bh2", "heun", "bh2")));

  private SchedulerFields() {}

  static SchedulerConfig read(Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readString(file));
      if (!json.isObject() || !json.path("_class_name").isTextual()) {
        throw new InvalidInputException(
            "This is no scheduler configuration: it lacks \"_class_name\"; fetch it again.");
      }
      return config(SchedulerType.parse(json.get("_class_name").asText()), fields(json));
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

  /** Settings from named fields, those left out as diffusers' class has them. */
  static SchedulerConfig config(SchedulerType type, Map<String, Object> fields) {
    boolean usesSigmas = type.takes("use_karras_sigmas");
    NEUTRAL_VALUES.forEach(
        (name, accepted) ->
            SchedulerConfig.require(
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

  static void write(SchedulerConfig config, Path file) {
    ObjectNode json = JSON.createObjectNode().put("_class_name", config.type().className());
    new TreeMap<>(config.given()).forEach((name, value) -> json.set(name, JSON.valueToTree(value)));
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
}
