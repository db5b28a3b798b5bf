package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;

/** What a leak's statistics model. */
public enum StatisticType {
  /** Mean and variance of every latent element. */
  PIXEL("pixel"),
  /**
   * A full Gaussian over the lowest frequencies of all channels, and mean and variance of every
   * element of what remains.
   */
  DCT_PIXEL("dct+pixel");

  private final String text;

  StatisticType(String text) {
    this.text = text;
  }

  /**
   * Parses {@code pixel} or {@code dct+pixel}.
   *
   * @throws InvalidInputException if the name is another
   */
  public static StatisticType parse(String name) {
    return Arrays.stream(values())
        .filter(type -> type.text.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "Unknown statistic type '%s'; choose pixel or dct+pixel.".formatted(name)));
  }

  /** The name on disk: {@code pixel} or {@code dct+pixel}. */
  @Override
  public String toString() {
    return text;
  }
}
