package io.chiaroscuro.spark.generation;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The statistics and leaks that a task's orders have in common, so many as memory is meant for. */
final class Leaks implements AutoCloseable {

  private static final int MOST_STATISTICS = 8;
  private static final int MOST_LEAKS = 64;

  private record Key(LeakSettings settings, int width, int height) {}

  private final NamedFiles files;
  private final StableDiffusion model;

  /** By name; the one that was asked for longest ago first. */
  private final Map<String, LeakStatistics> statistics = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<Key, Optional<SignalLeak>> leaks = new LinkedHashMap<>(16, 0.75f, true);

  Leaks(NamedFiles files, StableDiffusion model) {
    this.files = files;
    this.model = model;
  }

  /**
   * The latents that the statistics are for, if statistics are named.
   *
   * @throws io.chiaroscuro.InvalidInputException if they are missing or damaged
   */
  Optional<LatentShape> shape(LeakSettings settings) {
    return statistics(settings).map(LeakStatistics::shape);
  }

  /**
   * The leak that was asked for, if one was; good until the next is asked for.
   *
   * @throws io.chiaroscuro.InvalidInputException if it does not fit the model or the size
   */
  Optional<SignalLeak> leak(LeakSettings settings, int width, int height) {
    Key key = new Key(settings, width, height);
    Optional<SignalLeak> leak = leaks.get(key);
    if (leak == null) {
      leak = settings.leak(statistics(settings), files::picture, model, width, height);
      leaks.put(key, leak);
      if (leaks.size() > MOST_LEAKS) {
        leaks.remove(leaks.keySet().iterator().next());
      }
    }
    return leak;
  }

  private Optional<LeakStatistics> statistics(LeakSettings settings) {
    String name = settings.statistics();
    if (name == null) {
      return Optional.empty();
    }
    LeakStatistics read = statistics.get(name);
    if (read == null) {
      if (statistics.size() == MOST_STATISTICS) {
        forget(statistics.keySet().iterator().next());
      }
      read = files.statistics(name);
      statistics.put(name, read);
    }
    return Optional.of(read);
  }

  /** Closes statistics, and forgets the leaks that are drawn from them. */
  private void forget(String name) {
    leaks.keySet().removeIf(key -> name.equals(key.settings().statistics()));
    statistics.remove(name).close();
  }

  @Override
  public void close() {
    statistics.values().forEach(LeakStatistics::close);
  }
}
