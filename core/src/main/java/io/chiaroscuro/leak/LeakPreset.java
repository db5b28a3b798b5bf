package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Constants on latent channels that the authors of the signal leak chose by hand (<a
 * href="https://arxiv.org/abs/2309.15842">Everaert et al., 2023</a>). They mean something in the
 * latent space of Stable Diffusion 1.x and 2.x only.
 */
public enum LeakPreset {
  WHITE_BACKGROUND(1.9, 1.3, 0, -1.0),
  RED_BACKGROUND(0, 0, -2.5, 0);

  /** Of the autoencoder whose latents these are. */
  public static final double SCALING_FACTOR = 0.18215;

  private final List<Double> constants;

  LeakPreset(double c0, double c1, double c2, double c3) {
    this.constants = List.of(c0, c1, c2, c3);
  }

  /**
   * Parses {@code white-background} or {@code red-background}.
   *
   * @throws InvalidInputException if the name is another
   */
  public static LeakPreset parse(String name) {
    return Arrays.stream(values())
        .filter(preset -> preset.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "Unknown leak preset '%s'; choose %s."
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(LeakPreset::toString)
                                .collect(Collectors.joining(" or ")))));
  }

  /** What is added to each channel. */
  public List<Double> constants() {
    return constants;
  }

  /** Adds the constants to what {@code controls} add already. */
  public LeakControls applyTo(LeakControls controls) {
    LeakControls applied = controls;
    for (int c = 0; c < constants.size(); c++) {
      if (constants.get(c) != 0) {
        applied = applied.withChannel(c, constants.get(c));
      }
    }
    return applied;
  }

  /** The name by which users know it: {@code white-background}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
