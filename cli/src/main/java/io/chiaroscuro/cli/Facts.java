package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is known of a thing, said once: as JSON for a program, as lines for a human. */
final class Facts {

  private static final MathContext DIGITS = new MathContext(6);

  private record Fact(Object value, String prose) {}

  private final Map<String, Fact> facts = new LinkedHashMap<>();

  /** A fact that is read as it is stored. */
  Facts add(String name, Object value) {
    return add(name, value, prose(value));
  }

  /** A fact that a human wants put differently, in one line or several. */
  Facts add(String name, Object value, String prose) {
    facts.put(name, new Fact(value, prose));
    return this;
  }

  Facts add(String name, Facts nested) {
    return add(name, nested.json(), "\n" + nested.prose());
  }

  /** Adds the facts of {@code others} behind these. */
  Facts addAll(Facts others) {
    facts.putAll(others.facts);
    return this;
  }

  /** Adds what can be found out or, in its place, why it cannot. */
  Facts addIfPossible(String name, Supplier<Facts> nested) {
    try {
      return add(name, nested.get());
    } catch (InvalidInputException e) {
      return add(name, new Facts().add("problem", e.getMessage()));
    }
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    facts.forEach((name, fact) -> json.put(name, fact.value()));
    return json;
  }

  String prose() {
    int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
    return facts.entrySet().stream()
        .map(entry -> line(entry.getKey(), width, entry.getValue().prose()))
        .collect(Collectors.joining("\n"))
        // Files may hold what would steer a terminal.
        .replaceAll("[\\p{Cntrl}&&[^\n]]", "?");
  }

  private static String line(String name, int width, String prose) {
    if (prose.contains("\n")) {
      return name + "\n" + prose.replaceFirst("^\\n", "").stripTrailing().indent(2).stripTrailing();
    }
    return name + " ".repeat(width - name.length() + 2) + prose;
  }

  private static String prose(Object value) {
    if (value instanceof Double number) {
      return BigDecimal.valueOf(number).round(DIGITS).stripTrailingZeros().toPlainString();
    }
    if (value instanceof Collection<?> list) {
      return list.stream().map(Facts::prose).collect(Collectors.joining(", "));
    }
    if (value instanceof Map<?, ?> map) {
      Facts nested = new Facts();
      map.forEach((name, entry) -> nested.add(name.toString(), entry));
      return "\n" + nested.prose();
    }
    return String.valueOf(value);
  }
}
