package io.chiaroscuro.server.job;

import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.light.LightSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The grid of example D: of one picture, for each of some latent channels and each of some
 * constants, what becomes of it when that constant is added to that channel of the leak.
 *
 * @param image the picture; one, without a comparison
 * @param channels the grid's rows, all unless given
 * @param constants the grid's columns, -2 to 2 unless given
 */
public record SweepRequest(ImageRequest image, List<Integer> channels, List<Double> constants)
    implements JobRequest {

  private static final int MOST = 9;

  public SweepRequest {
    if (image == null) {
      throw new RefusedException("image", "There is no image to sweep; give a request for one.");
    }
    if (image.compare() || image.count() != 1) {
      throw new RefusedException(
          "image", "A sweep is of one picture; leave out count and compare.");
    }
    channels = channels == null ? List.of(0, 1, 2, 3) : List.copyOf(channels);
    constants = constants == null ? List.of(-2.0, -1.0, 0.0, 1.0, 2.0) : List.copyOf(constants);
    requireFew("channels", channels);
    requireFew("constants", constants);
    for (double constant : constants) {
      if (!(Math.abs(constant) <= 100)) {
        throw new RefusedException(
            "constants", "The constant %s is none; give -100 to 100.".formatted(constant));
      }
    }
    for (int channel : channels) {
      if (channel < 0) {
        throw new RefusedException(
            "channels", "There is no channel %d; count from 0.".formatted(channel));
      }
    }
  }

  private static void requireFew(String field, List<?> values) {
    if (values.isEmpty() || values.size() > MOST) {
      throw new RefusedException(
          field, "There are %d %s; give 1 to %d.".formatted(values.size(), field, MOST));
    }
  }

  /** The light of each of the grid's pictures, row after row. */
  public List<LightSettings> lights() {
    List<LightSettings> lights = new ArrayList<>();
    for (int channel : channels) {
      for (double constant : constants) {
        lights.add(light(channel, constant));
      }
    }
    return lights;
  }

  private LightSettings light(int channel, double constant) {
    LightSettings light = image.light();
    Map<String, Double> swept =
        new TreeMap<>(light.channels() == null ? Map.of() : light.channels());
    swept.merge(String.valueOf(channel), constant, Double::sum);
    LightSettings.Mode mode = light.isOff() ? LightSettings.Mode.HAND : light.mode();
    return Json.with(light, LightSettings.class, Map.of("mode", mode, "channels", swept));
  }

  @Override
  public String model() {
    return image.model();
  }

  @Override
  public void requireWithin(Limits limits) {
    image.requireWithin(limits);
  }

  /** The same with this seed. */
  public SweepRequest withSeed(long seed) {
    return new SweepRequest(image.withSeed(seed), channels, constants);
  }

  @Override
  public long characters() {
    return image.characters();
  }

  @Override
  public SweepRequest withoutPictures() {
    return new SweepRequest(image.withoutPictures(), channels, constants);
  }
}
