package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The signal leak as it is asked for on the command line. */
final class LeakOptions {

  private static final String NUMBER = "([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)";
  private static final Pattern CHANNEL = Pattern.compile("(\\d{1,3})=" + NUMBER);
  private static final Pattern COMPONENT =
      Pattern.compile("(\\d{1,3}),(\\d{1,5}),(\\d{1,5})=" + NUMBER);

  @Option(
      names = "--leak",
      paramLabel = "FOLDER",
      description = "Draw the leak from these statistics, made by 'chiaroscuro stats'.")
  private Path statistics;

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

  /** The folder of statistics that was named. */
  Optional<Path> statistics() {
    return Optional.ofNullable(statistics);
  }

  /**
   * Refuses what cannot be meant, whatever the model.
   *
   * @throws InvalidInputException naming what is wrong
   */
  void check() {
    light.check();
    byHand(LeakControls.NONE);
  }

  /**
   * The statistics that were named, to be closed by the caller.
   *
   * @throws InvalidInputException also if what was said of the leak's light cannot be meant
   */
  Optional<LeakStatistics> read() {
    light.check();
    return Optional.ofNullable(statistics).map(LeakStatistics::read);
  }

  /** The leak that was asked for, if one was. */
  Optional<SignalLeak> leak(
      Optional<LeakStatistics> statistics, StableDiffusion model, int width, int height) {
    LatentShape shape = model.latentShape(width, height);
    LeakControls controls = byHand(light.apply(LeakControls.NONE, model, width, height));
    if (statistics.isEmpty() && controls.withStrength(1).equals(LeakControls.NONE)) {
      return Optional.empty();
    }
    SignalLeak leak =
        statistics.isPresent()
            ? new SignalLeak(statistics.get(), controls)
            : SignalLeak.constant(shape, controls);
    leak.requireShape(shape);
    return Optional.of(leak);
  }

  /**
   * The seed of the leak beside a picture's seed: another one, since the same numbers in the leak
   * and in the noise would be anything but independent.
   */
  long seed(long pictureSeed, int index) {
    return seed == null ? ~pictureSeed : seed + index;
  }

  /** Where the leak comes from, for a picture's provenance. */
  Map<String, String> describe(SignalLeak leak) {
    Map<String, String> facts = new LinkedHashMap<>();
    if (statistics != null) {
      facts.put("leak", statistics.toString());
    }
    leak.provenance().forEach((name, value) -> facts.put("leak_" + name, value));
    leak.controls().describe().forEach((name, value) -> facts.put("leak_" + name, value));
    facts.putAll(light.describe());
    return facts;
  }

  /** Adds what was said of single components, which overrides what a picture or light says. */
  private LeakControls byHand(LeakControls light) {
    LeakControls controls = light.withStrength(strength);
    if (onlyHighFrequency) {
      controls = controls.withOnlyHighFrequency();
    }
    for (String channel : channels) {
      Matcher m = matcher(CHANNEL, channel, "--leak-channel", "0=-1.5");
      controls = controls.withChannel(integer(m.group(1)), number(m.group(2)));
    }
    for (String component : components) {
      Matcher m = matcher(COMPONENT, component, "--leak-component", "0,0,1=12.5");
      controls = controls.withComponent(component(m), number(m.group(4)));
    }
    for (String component : given) {
      Matcher m = matcher(COMPONENT, component, "--leak-given", "0,0,0=-40");
      controls = controls.withGiven(component(m), number(m.group(4)));
    }
    return controls;
  }

  private static Component component(Matcher m) {
    return new Component(integer(m.group(1)), integer(m.group(2)), integer(m.group(3)));
  }

  private static Matcher matcher(Pattern pattern, String value, String option, String example) {
    Matcher matcher = pattern.matcher(value.strip());
    if (!matcher.matches()) {
      throw new InvalidInputException(
          "%s does not understand '%s'; write for example %s.".formatted(option, value, example));
    }
    return matcher;
  }

  private static int integer(String digits) {
    return Integer.parseInt(digits);
  }

  private static double number(String value) {
    return Double.parseDouble(value);
  }
}
