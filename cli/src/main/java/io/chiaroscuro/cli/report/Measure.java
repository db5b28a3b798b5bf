package io.chiaroscuro.cli.report;

import java.util.Optional;

/**
 * A figure that counts.
 *
 * @param name for programs, such as {@code spread_over_data}
 * @param label for readers
 * @param value what was measured
 * @param aim what it should be, if it should be anything
 */
public record Measure(String name, String label, double value, Optional<Aim> aim) {

  /** A figure that is told for its own sake. */
  public static Measure of(String name, String label, double value) {
    return new Measure(name, label, value, Optional.empty());
  }

  public static Measure of(String name, String label, double value, Aim aim) {
    return new Measure(name, label, value, Optional.of(aim));
  }

  /** Whether the aim is reached; empty where there is none. */
  public Optional<Boolean> met() {
    return aim.map(a -> a.isMetBy(value));
  }
}
