package io.chiaroscuro.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The first setting in which two configurations, JSON objects, differ. */
record DifferingSetting(String name, JsonNode before, JsonNode now) {

  static Optional<DifferingSetting> between(JsonNode before, JsonNode now) {
    return between("", before, now);
  }

  private static Optional<DifferingSetting> between(String name, JsonNode before, JsonNode now) {
    if (!before.isObject() || !now.isObject()) {
      return before.equals(now)
          ? Optional.empty()
          : Optional.of(new DifferingSetting(name, before, now));
    }
    Set<String> fields = new TreeSet<>();
    before.fieldNames().forEachRemaining(fields::add);
    now.fieldNames().forEachRemaining(fields::add);
    return fields.stream()
        .map(
            field ->
                between(
                    name.isEmpty() ? field : name + "." + field,
                    before.path(field),
                    now.path(field)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  @Override
  public String toString() {
    return "%s was %s and is now %s".formatted(name, words(before), words(now));
  }

  private static String words(JsonNode value) {
    return value.isMissingNode() ? "absent" : value.toString();
  }
}
