package io.chiaroscuro.server.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * JSON as all doors speak it: names in snake_case, what is absent left out; of what comes in,
 * nothing unknown, nothing twice, and no number where a text should be.
 */
public final class Json {

  /** A picture as a data URL is one long text; the body's own limit is reached before this one. */
  private static final int LONGEST_TEXT = 256 << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(LONGEST_TEXT).build())
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  private Json() {}

  /**
   * Reads a client's JSON.
   *
   * @throws RefusedException naming the field that is unknown, or of another type
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      return required(MAPPER.readValue(json, type));
    } catch (IOException e) {
      throw refusal(e);
    }
  }

  /** As {@link #read(byte[], Class)}. */
  public static <T> T read(String json, Class<T> type) {
    try {
      return required(MAPPER.readValue(json, type));
    } catch (IOException e) {
      throw refusal(e);
    }
  }

  /** As {@link #read(byte[], Class)}, of what was read as a tree, or put together as one. */
  public static <T> T read(JsonNode tree, Class<T> type) {
    try {
      return required(MAPPER.treeToValue(tree, type));
    } catch (IOException e) {
      throw refusal(e);
    }
  }

  /** The same with some fields changed. */
  public static <T> T with(T value, Class<T> type, Map<String, ?> fields) {
    ObjectNode tree = MAPPER.valueToTree(value);
    fields.forEach((name, field) -> tree.set(name, MAPPER.valueToTree(field)));
    return read(tree, type);
  }

  /** An empty object, to be filled. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A value as a tree. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No JSON can be made of this.", e);
    }
  }

  private static <T> T required(T value) {
    if (value == null) {
      throw new RefusedException("", "The body is null; send a JSON object.");
    }
    return value;
  }

  private static InvalidInputException refusal(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidInputException refusal) {
        return refusal;
      }
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      String field = path(unknown);
      String known =
          unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
      return new RefusedException(
          field, "There is no field '%s'; choose among %s.".formatted(field, known));
    }
    if (e instanceof InvalidFormatException format) {
      return new RefusedException(
          path(format),
          "The field '%s' cannot be %s; give %s."
              .formatted(path(format), shown(format.getValue()), wanted(format)));
    }
    if (e instanceof MismatchedInputException mismatch && !mismatch.getPath().isEmpty()) {
      return new RefusedException(
          path(mismatch),
          "The field '%s' is of another type; give %s."
              .formatted(path(mismatch), wanted(mismatch)));
    }
    if (e instanceof JsonMappingException mapping) {
      String field = path(mapping);
      return new RefusedException(
          field,
          field.isEmpty()
              ? "This is not what is wanted; send one JSON object."
              : "The field '%s' cannot be used; give another value.".formatted(field));
    }
    String reason =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : "it cannot be read";
    return new RefusedException(
        "", "This is not valid JSON (%s); correct it.".formatted(shortened(reason)));
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static String wanted(MismatchedInputException e) {
    Class<?> type = e.getTargetType();
    if (type == null || Map.class.isAssignableFrom(type) || type.isRecord()) {
      return "an object";
    }
    if (type == String.class) {
      return "a text";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (type == Double.class || type == double.class) {
      return "a number";
    }
    if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
      return "a whole number";
    }
    return Iterable.class.isAssignableFrom(type) ? "a list" : "another value";
  }

  private static String shown(Object value) {
    return "'" + shortened(String.valueOf(value)) + "'";
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= 100 ? line : line.substring(0, 100) + "...";
  }
}
