package io.chiaroscuro.server.light;

import io.chiaroscuro.image.Resize;
import io.chiaroscuro.image.RgbColor;
import io.chiaroscuro.leak.Component;
import io.chiaroscuro.leak.DctPixelStatistics;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.LeakPreset;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.LightToLeak;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.server.json.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Settings made ready for a model and a size: the signal leak and the statistics that it draws
 * from.
 */
public final class Light implements AutoCloseable {

  private final LightSettings settings;
  private final Optional<LeakStatistics> statistics;
  private final Optional<SignalLeak> leak;

  /**
   * @param shelf where statistics are found
   * @param model stays the caller's
   * @param width of the pictures to be made, in pixels
   * @param height likewise
   * @throws io.chiaroscuro.InvalidInputException if they do not suit the model or the size
   */
  public Light(
      LightSettings settings, StatisticsShelf shelf, StableDiffusion model, int width, int height) {
    this.settings = settings;
    this.statistics =
        Optional.ofNullable(settings.statistics())
            .map(name -> shelf.read(name, "light.statistics"));
    try {
      this.leak =
          settings.isOff()
              ? Optional.empty()
              : leak(
                  controls(new LightToLeak(model, width, height)),
                  model.latentShape(width, height));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Optional<SignalLeak> leak(LeakControls controls, LatentShape shape) {
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

  private LeakControls controls(LightToLeak toLeak) {
    LeakControls controls = LeakControls.NONE;
    if (Boolean.TRUE.equals(settings.onlyHighFrequency())) {
      controls = controls.withOnlyHighFrequency();
    }
    if (settings.channels() != null) {
      for (var channel : settings.channels().entrySet()) {
        controls = controls.withChannel(Integer.parseInt(channel.getKey()), channel.getValue());
      }
    }
    if (settings.field() != null) {
      var picture = Resize.to(settings.paintedField(), toLeak.width(), toLeak.height());
      controls = toLeak.picture(controls, picture, settings.fieldComponents());
    }
    if (settings.directions() != null) {
      controls = controls.withLowFrequencies(alongDirections());
    }
    if (settings.meanColor() != null) {
      controls = toLeak.meanColor(controls, RgbColor.parse(settings.meanColor()));
    }
    if (settings.preset() != null) {
      controls = toLeak.preset(controls, LeakPreset.parse(settings.preset()));
    }
    return settings.strength() == null ? controls : controls.withStrength(settings.strength());
  }

  private Map<Component, Double> alongDirections() {
    if (!(statistics.orElseThrow() instanceof DctPixelStatistics dctPixel)) {
      throw new RefusedException(
          "light.directions", "Only dct+pixel statistics have directions; choose others.");
    }
    var directions = new LeakDirections(dctPixel);
    Map<Integer, Double> amounts = new TreeMap<>();
    settings
        .directions()
        .forEach(
            (number, amount) -> {
              int k = Integer.parseInt(number);
              if (k >= directions.count()) {
                throw new RefusedException(
                    "light.directions",
                    "There is no direction %d; these statistics have 0 to %d."
                        .formatted(k, directions.count() - 1));
              }
              amounts.put(k, amount);
            });
    return directions.at(amounts);
  }

  /** Whether there is a leak at all. */
  public boolean isPresent() {
    return leak.isPresent();
  }

  /** The leak of one picture of a request; none if the light is off. */
  public Optional<SeededLeak> of(long pictureSeed, int index) {
    return leak.map(l -> new SeededLeak(l, List.of(settings.leakSeed(pictureSeed, index))));
  }

  /** Where the leak comes from, for a picture's provenance. */
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (leak.isPresent()) {
      if (settings.statistics() != null) {
        facts.put("leak", settings.statistics());
      }
      leak.get().provenance().forEach((name, value) -> facts.put("leak_" + name, value));
      leak.get().controls().describe().forEach((name, value) -> facts.put("leak_" + name, value));
      if (settings.meanColor() != null) {
        facts.put("mean_color", settings.meanColor());
      }
      if (settings.preset() != null) {
        facts.put("leak_preset", settings.preset());
      }
    }
    return facts;
  }

  @Override
  public void close() {
    statistics.ifPresent(LeakStatistics::close);
  }
}
