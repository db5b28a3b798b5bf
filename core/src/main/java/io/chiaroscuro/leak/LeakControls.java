package io.chiaroscuro.leak;

import io.chiaroscuro.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a {@link SignalLeak} departs from its statistics. Immutable; start from {@link #NONE}.
 *
 * <p>Whatever order the controls are named in, a leak is made in this one: low frequencies (drawn,
 * {@linkplain #given conditioned}, or {@linkplain #onlyHighFrequency left out}) plus remainder;
 * then {@linkplain #lowFrequencies a picture's}, mean-colour, {@linkplain #given given} and
 * {@linkplain #components set} components are written into its spectrum, the later over the
 * earlier; then constants are added to channels; then all is multiplied by the strength.
 *
 * @param onlyHighFrequency whether the low-frequency part is zero
 * @param given components that are known, in units of the orthonormal DCT; the others follow
 * @param lowFrequencies components as a picture has them, in units of the orthonormal DCT
 * @param meanColor wanted mean of each channel over the picture, or empty
 * @param components components set by hand, in units of the orthonormal DCT; the others stay
 * @param channelConstants what is added to all elements of a channel
 * @param strength factor of the finished leak, 0 or more; at 0 the start is noise alone
 */
public record LeakControls(
    boolean onlyHighFrequency,
    Map<Component, Double> given,
    Map<Component, Double> lowFrequencies,
    List<Double> meanColor,
    Map<Component, Double> components,
    Map<Integer, Double> channelConstants,
    double strength) {

  /** The leak as the statistics have it. */
  public static final LeakControls NONE =
      new LeakControls(false, Map.of(), Map.of(), List.of(), Map.of(), Map.of(), 1);

  public LeakControls {
    given = copy(given);
    lowFrequencies = copy(lowFrequencies);
    meanColor = List.copyOf(meanColor);
    components = copy(components);
    channelConstants = copy(channelConstants);
    given.forEach((component, value) -> requireFinite("component " + component, value));
    lowFrequencies.forEach((c, value) -> requireFinite("component " + c, value));
    components.forEach((component, value) -> requireFinite("component " + component, value));
    channelConstants.forEach((channel, value) -> requireFinite("channel " + channel, value));
    meanColor.forEach(value -> requireFinite("mean color", value));
    requireFinite("strength", strength);
    if (strength < 0) {
      throw new InvalidInputException(
          "The leak's strength is %s; give 0 (no leak) or more.".formatted(strength));
    }
  }

  /** Leaves the low frequencies out: only the remainder is drawn. */
  public LeakControls withOnlyHighFrequency() {
    return new LeakControls(
        true, given, lowFrequencies, meanColor, components, channelConstants, strength);
  }

  /** Conditions the Gaussian of the low frequencies on this component having this value. */
  public LeakControls withGiven(Component component, double value) {
    return new LeakControls(
        onlyHighFrequency,
        with(given, component, value),
        lowFrequencies,
        meanColor,
        components,
        channelConstants,
        strength);
  }

  /**
   * Sets components as a picture has them: those that the statistics model jointly are given, so
   * that the other low frequencies follow, and the rest are set by hand. Frequencies of which the
   * picture says nothing stay as the statistics draw them.
   *
   * @param ofPicture in units of the orthonormal DCT
   */
  public LeakControls withLowFrequencies(Map<Component, Double> ofPicture) {
    return new LeakControls(
        onlyHighFrequency, given, ofPicture, meanColor, components, channelConstants, strength);
  }

  /**
   * Sets the mean of every channel: the DC components are given where the statistics model them, so
   * that the other low frequencies follow, and otherwise set by hand.
   */
  public LeakControls withMeanColor(double... channelMeans) {
    return new LeakControls(
        onlyHighFrequency,
        given,
        lowFrequencies,
        Arrays.stream(channelMeans).boxed().toList(),
        components,
        channelConstants,
        strength);
  }

  /** Sets one component, modelled or not, and leaves all others as they are. */
  public LeakControls withComponent(Component component, double value) {
    return new LeakControls(
        onlyHighFrequency,
        given,
        lowFrequencies,
        meanColor,
        with(components, component, value),
        channelConstants,
        strength);
  }

  /** Adds a constant to a channel; several for the same channel add up. */
  public LeakControls withChannel(int channel, double constant) {
    return new LeakControls(
        onlyHighFrequency,
        given,
        lowFrequencies,
        meanColor,
        components,
        with(channelConstants, channel, constant + channelConstants.getOrDefault(channel, 0.0)),
        strength);
  }

  /** Multiplies the finished leak, constants included. */
  public LeakControls withStrength(double factor) {
    return new LeakControls(
        onlyHighFrequency, given, lowFrequencies, meanColor, components, channelConstants, factor);
  }

  /** What departs from {@link #NONE}, for a picture's provenance. */
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (onlyHighFrequency) {
      facts.put("only_high_frequency", "true");
    }
    if (!given.isEmpty()) {
      facts.put("given", list(given));
    }
    if (!lowFrequencies.isEmpty()) {
      facts.put("low_frequencies", list(lowFrequencies));
    }
    if (!meanColor.isEmpty()) {
      facts.put("mean_color", String.join(" ", meanColor.stream().map(String::valueOf).toList()));
    }
    if (!components.isEmpty()) {
      facts.put("components", list(components));
    }
    if (!channelConstants.isEmpty()) {
      facts.put("channels", list(channelConstants));
    }
    if (strength != 1) {
      facts.put("strength", String.valueOf(strength));
    }
    return facts;
  }

  private static String list(Map<?, Double> values) {
    List<String> items = new ArrayList<>();
    values.forEach((key, value) -> items.add(key + "=" + value));
    return String.join(" ", items);
  }

  private static <K> Map<K, Double> copy(Map<K, Double> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  private static <K> Map<K, Double> with(Map<K, Double> map, K key, double value) {
    Map<K, Double> copy = new LinkedHashMap<>(map);
    copy.put(key, value);
    return copy;
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new InvalidInputException(
          "The leak's %s is %s; give a finite number.".formatted(name, value));
    }
  }
}
