package io.chiaroscuro.cli;

import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The signal leak as it is asked for on the command line. */
final class LeakOptions {

  @Option(
      names = "--leak",
      paramLabel = "FOLDER",
      description = "Draw the leak from these statistics, made by 'chiaroscuro stats'.")
  private String statistics;

  @Option(
      names = "--leak-only-high-frequency",
      description = "Leave the low frequencies of dct+pixel statistics out.")
  private boolean onlyHighFrequency;

  @Option(
      names = "--leak-channel",
      paramLabel = "C=V",
      description = "Add V to latent channel C of the leak, for example 0=-2.")
  private List<String> channels = List.of();

  @Option(
      names = "--leak-component",
      paramLabel = "C,U,V=X",
      description = "Set the DCT coefficient (U down, V across) of channel C to X.")
  private List<String> components = List.of();

  @Option(
      names = "--leak-given",
      paramLabel = "C,U,V=X",
      description = "As --leak-component, but the other low frequencies follow by covariance.")
  private List<String> given = List.of();

  @Mixin private LightOptions light;

  @Option(
      names = "--leak-strength",
      defaultValue = "1",
      paramLabel = "F",
      description = "Multiply the leak (default: ${DEFAULT-VALUE}; at 0 noise is alone).")
  private double strength;

  @Option(
      names = "--leak-seed",
      paramLabel = "SEED",
      description = "Of the leak of the first picture (default: follows from --seed).")
  private Long seed;

  /**
   * Refuses what cannot be meant, whatever the model.
   *
   * @throws io.chiaroscuro.InvalidInputException naming what is wrong
   */
  void check() {
    light.check();
    settings().check();
  }

  /**
   * The statistics that were named, to be closed by the caller.
   *
   * @throws io.chiaroscuro.InvalidInputException also if what was said of the leak's light cannot
   *     be meant
   */
  Optional<LeakStatistics> read() {
    light.check();
    return Optional.ofNullable(statistics).map(folder -> LeakStatistics.read(Path.of(folder)));
  }

  /** The leak that was asked for, if one was. */
  Optional<SignalLeak> leak(
      Optional<LeakStatistics> statistics, StableDiffusion model, int width, int height) {
    return settings()
        .leak(statistics, name -> ImageDecoder.decode(Path.of(name)), model, width, height);
  }

  LeakSettings settings() {
    return new LeakSettings(
        statistics == null ? null : named(statistics),
        onlyHighFrequency,
        channels,
        components,
        given,
        light.settings(),
        strength,
        seed);
  }

  /** A path without what means nothing; an address as it is. */
  private static String named(String statistics) {
    return statistics.contains("://") ? statistics : Path.of(statistics).toString();
  }
}
