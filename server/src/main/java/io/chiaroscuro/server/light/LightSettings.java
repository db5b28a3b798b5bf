package io.chiaroscuro.server.light;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LeakPreset;
import io.chiaroscuro.server.json.RefusedException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The light of a picture, as it is asked for. What is null is not said.
 *
 * @param mode off, from statistics (with what else is said over them), or by hand alone; unless
 *     given it follows from the rest
 * @param statistics their name on the {@link StatisticsShelf}
 * @param meanColor {@code #rrggbb}
 * @param channels added to the leak's latent channels, by number
 * @param field rows from the top of colours {@code #rrggbb} from the left, 4 to 8 of each: the low
 *     frequencies as they were painted
 * @param directions standard deviations along the statistics' {@link LeakDirections}, by number:
 *     the low frequencies are the mean and these, not drawn
 * @param strength of the leak, 0 or more, 1 unless given
 * @param onlyHighFrequency whether the statistics' low frequencies are left out
 * @param preset the authors' constants by name
 * @param sampleSeed of the first picture's leak; unless given it follows from the picture's seed
 */
public record LightSettings(
    Mode mode,
    String statistics,
    String meanColor,
    Map<String, Double> channels,
    List<List<String>> field,
    Map<String, Double> directions,
    Double strength,
    Boolean onlyHighFrequency,
    String preset,
    Long sampleSeed) {

  /** Without a signal leak. */
  public static final LightSettings OFF =
      new LightSettings(Mode.OFF, null, null, null, null, null, null, null, null, null);

  private static final int LEAST_CELLS = 4;
  private static final int MOST_CELLS = 8;

  /** Where the leak comes from. */
  public enum Mode {
    OFF,
    STATISTICS,
    HAND;

    @JsonCreator
    static Mode parse(String name) {
      return Arrays.stream(values())
          .filter(mode -> mode.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new RefusedException(
                      "light.mode",
                      "The light's mode is off, statistics or hand, not '%s'.".formatted(name)));
    }

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public LightSettings {
    if (mode == null) {
      boolean isByHand =
          Stream.of(meanColor, channels, field, preset).anyMatch(part -> part != null);
      mode = statistics != null ? Mode.STATISTICS : isByHand ? Mode.HAND : Mode.OFF;
    }
    channels = numbered("light.channels", channels);
    directions = numbered("light.directions", directions);
    field = field == null ? null : field.stream().map(List::copyOf).toList();
    if (mode == Mode.STATISTICS && statistics == null) {
      throw new RefusedException(
          "light.statistics", "Light from statistics needs their name; give light.statistics.");
    }
    if (mode != Mode.STATISTICS && statistics != null) {
      throw new RefusedException(
          "light.mode",
          "Statistics are given, but the mode is %s; say statistics.".formatted(mode));
    }
    if (meanColor != null) {
      requireParses("light.mean_color", meanColor, RgbColor::parse);
    }
    if (preset != null) {
      requireParses("light.preset", preset, LeakPreset::parse);
    }
    if (strength != null && !(strength >= 0 && Double.isFinite(strength))) {
      throw new RefusedException(
          "light.strength", "The light's strength is %s; give 0 or more.".formatted(strength));
    }
    if (field != null) {
      requireField(field);
    }
    if (directions != null && mode != Mode.STATISTICS) {
      throw new RefusedException(
          "light.directions", "Directions are those of statistics; set light.mode to statistics.");
    }
    if (directions != null && field != null) {
      throw new RefusedException(
          "light.field", "A field and directions both say the low frequencies; give one.");
    }
  }

  private static Map<String, Double> numbered(String field, Map<String, Double> values) {
    if (values == null) {
      return null;
    }
    values.forEach(
        (number, value) -> {
          if (!number.matches("\\d{1,3}")) {
            throw new RefusedException(
                field, "'%s' is no number of %s; count from 0.".formatted(number, field));
          }
          if (!Double.isFinite(value)) {
            throw new RefusedException(
                field, "%s is %s in %s; give a finite number.".formatted(number, value, field));
          }
        });
    return Collections.unmodifiableMap(new TreeMap<>(values));
  }

  private static void requireField(List<List<String>> field) {
    boolean fits =
        isWithin(field.size())
            && isWithin(field.get(0).size())
            && field.stream().allMatch(row -> row.size() == field.get(0).size());
    if (!fits) {
      throw new RefusedException(
          "light.field",
          "The painted field has %d to %d rows of as many colours each, all rows alike."
              .formatted(LEAST_CELLS, MOST_CELLS));
    }
    field.forEach(
        row -> row.forEach(color -> requireParses("light.field", color, RgbColor::parse)));
  }

  private static boolean isWithin(int cells) {
    return cells >= LEAST_CELLS && cells <= MOST_CELLS;
  }

  private static void requireParses(String field, String value, Consumer<String> parse) {
    try {
      parse.accept(value);
    } catch (InvalidInputException e) {
      throw new RefusedException(field, e.getMessage());
    }
  }

  /** Whether nothing of it can show. */
  public boolean isOff() {
    return mode == Mode.OFF;
  }

  /** How many low frequencies the painted field determines: as many as it has cells. */
  int fieldComponents() {
    return field.size() * field.get(0).size();
  }

  /** The painted field, a pixel a cell. */
  RgbImage paintedField() {
    int width = field.get(0).size();
    byte[] rgb = new byte[3 * field.size() * width];
    int offset = 0;
    for (List<String> row : field) {
      for (String cell : row) {
        RgbColor color = RgbColor.parse(cell);
        rgb[offset++] = (byte) color.red();
        rgb[offset++] = (byte) color.green();
        rgb[offset++] = (byte) color.blue();
      }
    }
    return new RgbImage(width, field.size(), rgb);
  }

  /**
   * The seed of the leak beside a picture's seed: another one, since the same numbers in the leak
   * and in the noise would be anything but independent.
   *
   * @param index of the picture among those of its request
   */
  public long leakSeed(long pictureSeed, int index) {
    return sampleSeed == null ? ~pictureSeed : sampleSeed + index;
  }
}
