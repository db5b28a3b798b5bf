package io.chiaroscuro.order;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.LightToLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The signal leak as it is asked for. What is null is not said.
 *
 * @param statistics the folder of those that it is drawn from
 * @param onlyHighFrequency whether their low frequencies are left out
 * @param channels {@code C=V}: V is added to latent channel C
 * @param components {@code C,U,V=X}: a DCT coefficient of channel C is set to X
 * @param given likewise, but the other low frequencies follow by covariance
 * @param light as people think of it
 * @param strength factor of the leak
 * @param seed of the first picture's leak; null where it follows from the picture's
 */
public record LeakSettings(
    String statistics,
    boolean onlyHighFrequency,
    List<String> channels,
    List<String> components,
    List<String> given,
    LightSettings light,
    double strength,
    Long seed)
    implements Serializable {

  /** Without a leak. */
  public static final LeakSettings NONE =
      new LeakSettings(null, false, List.of(), List.of(), List.of(), LightSettings.NONE, 1, null);

  private static final String NUMBER = "([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)";
  private static final Pattern CHANNEL = Pattern.compile("(\\d{1,3})=" + NUMBER);
  private static final Pattern COMPONENT =
      Pattern.compile("(\\d{1,3}),(\\d{1,5}),(\\d{1,5})=" + NUMBER);

  public LeakSettings {
    channels = List.copyOf(channels);
    components = List.copyOf(components);
    given = List.copyOf(given);
  }

  /**
   * Refuses what cannot be meant, whatever the model.
   *
   * @throws InvalidInputException naming what is wrong
   */
  public void check() {
    light.check();
    byHand(LeakControls.NONE);
  }

  /**
   * The leak that was asked for, if one was.
   *
   * @param read the {@link #statistics}, if they were named
   * @param pictures reads a picture by its name
   * @throws InvalidInputException if it does not fit the model or the size
   */
  public Optional<SignalLeak> leak(
      Optional<LeakStatistics> read,
      Function<String, RgbImage> pictures,
      StableDiffusion model,
      int width,
      int height) {
    LatentShape shape = model.latentShape(width, height);
    LeakControls controls =
        byHand(light.apply(LeakControls.NONE, new LightToLeak(model, width, height), pictures));
    if (read.isEmpty() && controls.withStrength(1).equals(LeakControls.NONE)) {
      return Optional.empty();
    }
    SignalLeak leak =
        read.isPresent()
            ? new SignalLeak(read.get(), controls)
            : SignalLeak.constant(shape, controls);
    leak.requireShape(shape);
    return Optional.of(leak);
  }

  /**
   * The seed of the leak beside a picture's seed: another one, since the same numbers in the leak
   * and in the noise would be anything but independent.
   *
   * @param index of the picture among those asked for together
   */
  public long seed(long pictureSeed, int index) {
    return seed == null ? ~pictureSeed : seed + index;
  }

  /** Where the leak comes from, for a picture's provenance. */
  public Map<String, String> describe(SignalLeak leak) {
    Map<String, String> facts = new LinkedHashMap<>();
    if (statistics != null) {
      facts.put("leak", statistics);
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

  private static Matcher matcher(Pattern pattern, String value, String setting, String example) {
    Matcher matcher = pattern.matcher(value.strip());
    if (!matcher.matches()) {
      throw new InvalidInputException(
          "%s does not understand '%s'; write for example %s.".formatted(setting, value, example));
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
