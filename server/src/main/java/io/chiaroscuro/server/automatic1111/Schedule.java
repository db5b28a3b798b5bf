package io.chiaroscuro.server.automatic1111;

import io.chiaroscuro.server.json.RefusedException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How sigmas are spaced, by the names that the web UI shows. */
enum Schedule {
  AUTOMATIC(""),
  UNIFORM(""),
  KARRAS("karras"),
  EXPONENTIAL("exponential"),
  BETA("beta");

  private final String word;

  Schedule(String word) {
    this.word = word;
  }

  /** As the web UI shows it: {@code Karras}. */
  String label() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }

  /**
   * @param name in any case
   * @throws RefusedException if there is none
   */
  static Schedule parse(String name) {
    return Arrays.stream(values())
        .filter(schedule -> schedule.label().equalsIgnoreCase(name.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "scheduler",
                    "There is no schedule '%s'; choose %s."
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(Schedule::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** The one that a sampler's name says at its end. */
  static Optional<Schedule> lastOf(String sampler) {
    String lower = sampler.strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(schedule -> !schedule.word.isEmpty() && lower.endsWith(" " + schedule.word))
        .findFirst();
  }

  /** A sampler's name without it. */
  String removedFrom(String sampler) {
    String name = sampler.strip();
    return name.substring(0, name.length() - word.length()).strip();
  }

  /** A scheduler's name with it. */
  String appendedTo(String scheduler) {
    return word.isEmpty() ? scheduler : scheduler + " " + word;
  }
}
