package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Configurations as diffusers writes them: JSON objects whose {@code snake_case} fields are the
 * components of an immutable record.
 *
 * <p>What a file lacks, or has as {@code null} where the record holds a number or a flag, comes
 * from a record of published defaults; fields that the record does not have are ignored.
 */
public final class ConfigFile {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ConfigFile() {}

  /**
   * Reads {@code file} over {@code defaults}.
   *
   * @param onlySupported fields that the record lacks because just one value is supported: {@code
   *     false} stands for absent, null or false
   * @throws InvalidInputException naming file and field if it cannot be read, is malformed, or has
   *     a value of the wrong type, an impossible or an unsupported one
   */
  public static <T extends Record> T read(
      Path file, T defaults, Map<String, Object> onlySupported) {
    ObjectNode given = tree(file);
    onlySupported.forEach((field, value) -> requireSupported(file, given, field, value));
    ObjectNode merged = JSON.valueToTree(defaults);
    for (Map.Entry<String, JsonNode> field : given.properties()) {
      JsonNode fallback = merged.get(field.getKey());
      boolean meansDefault =
          field.getValue().isNull()
              && fallback != null
              && (fallback.isNumber() || fallback.isBoolean());
      if (!meansDefault) {
        merged.set(field.getKey(), field.getValue());
      }
    }
    try {
      @SuppressWarnings("unchecked")
      T config = (T) JSON.treeToValue(merged, defaults.getClass());
      return config;
    } catch (JsonMappingException e) {
      String field =
          e.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .filter(name -> name != null)
              .collect(Collectors.joining("."));
      if (e.getCause() instanceof InvalidInputException invalid) {
        throw new InvalidInputException(
            "%s: %s%s"
                .formatted(
                    file,
                    field.isEmpty() ? "" : "field '%s': ".formatted(field),
                    invalid.getMessage()),
            invalid);
      }
      throw new InvalidInputException(
          "%s: field '%s' has the unusable value %s; correct it or fetch the file again."
              .formatted(file, field, merged.get(field)),
          e);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException("%s: %s.".formatted(file, e.getOriginalMessage()), e);
    }
  }

  /** As {@link #read(Path, Record, Map)}, where the record knows every field that matters. */
  public static <T extends Record> T read(Path file, T defaults) {
    return read(file, defaults, Map.of());
  }

  /**
   * Writes {@code config} as diffusers would, with the {@code identity} fields by which it finds
   * the class, {@code _class_name} for example.
   */
  public static void write(Path file, Map<String, Object> identity, Record config) {
    ObjectNode root = JSON.createObjectNode();
    root.setAll(JSON.<ObjectNode>valueToTree(identity));
    root.setAll(JSON.<ObjectNode>valueToTree(config));
    AtomicFile.write(file, temporary -> JSON.writeValue(temporary.toFile(), root));
  }

  /** The file's JSON object as it stands. */
  static ObjectNode tree(Path file) {
    try {
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (root instanceof ObjectNode object) {
        return object;
      }
      throw new InvalidInputException("%s is not a JSON object; fetch it again.".formatted(file));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s is not valid JSON (line %d: %s); correct it or fetch it again."
              .formatted(
                  file,
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check the path and its permissions."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  private static void requireSupported(Path file, ObjectNode given, String field, Object only) {
    JsonNode value = given.get(field);
    if (value == null || value.isNull()) {
      return;
    }
    boolean same =
        only instanceof Number number
            ? value.isNumber() && value.doubleValue() == number.doubleValue()
            : value.equals(JSON.valueToTree(only));
    if (!same) {
      throw new InvalidInputException(
          "%s: field '%s' is %s, which is not supported; only %s is."
              .formatted(file, field, value, only.equals(false) ? "null" : only));
    }
  }
}
