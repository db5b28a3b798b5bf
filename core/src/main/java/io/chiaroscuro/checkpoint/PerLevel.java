package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.InvalidInputException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A setting that configurations give once for all of a network's levels, or as a list with one
 * value a level.
 */
public final class PerLevel {

  private final List<Integer> values;
  private final boolean list;

  private PerLevel(List<Integer> values, boolean list) {
    if (values.isEmpty() || values.stream().anyMatch(value -> value < 1)) {
      throw new InvalidInputException("%s must be numbers of at least 1.".formatted(values));
    }
    this.values = values;
    this.list = list;
  }

  /** The same value on every level. */
  public static PerLevel all(int value) {
    return new PerLevel(List.of(value), false);
  }

  /** One value for each level. */
  public static PerLevel each(Integer... values) {
    return new PerLevel(List.of(values), true);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static PerLevel fromJson(JsonNode json) {
    if (json.isInt()) {
      return all(json.intValue());
    }
    boolean integers =
        json.isArray() && IntStream.range(0, json.size()).allMatch(i -> json.get(i).isInt());
    if (!integers) {
      throw new InvalidInputException(
          "%s is neither a whole number nor a list of such.".formatted(json));
    }
    return each(
        IntStream.range(0, json.size())
            .mapToObj(i -> json.get(i).intValue())
            .toArray(Integer[]::new));
  }

  @JsonValue
  Object toJson() {
    return list ? values : values.get(0);
  }

  /** The value on a level, counted from the highest resolution. */
  public int at(int level) {
    return list ? values.get(level) : values.get(0);
  }

  /** Whether there is a value for each of {@code levels} levels. */
  public boolean fits(int levels) {
    return !list || values.size() == levels;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PerLevel that && list == that.list && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return toJson().toString();
  }
}
