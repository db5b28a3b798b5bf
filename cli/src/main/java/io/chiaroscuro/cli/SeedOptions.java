package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import picocli.CommandLine.Option;

/** How many pictures are made of one request, from which random numbers. */
final class SeedOptions {

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of the first picture; the next has the next (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--count",
      defaultValue = "1",
      paramLabel = "N",
      description = "How many pictures (default: ${DEFAULT-VALUE}).")
  private int count;

  /**
   * Refuses what cannot be meant.
   *
   * @throws InvalidInputException naming what is wrong
   */
  void check() {
    if (count < 1) {
      throw new InvalidInputException("--count is %d; give 1 or more.".formatted(count));
    }
  }

  int count() {
    return count;
  }

  /** Of the first picture. */
  long first() {
    return seed;
  }

  /** Of picture {@code index}. */
  long seed(int index) {
    return seed + index;
  }
}
