package io.chiaroscuro.cli;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The leaks of a batch: what lines have in common is read and computed once. */
final class BatchLeaks implements AutoCloseable {

  private record Key(LeakSettings leak, int width, int height) {}

  private final Map<String, LeakStatistics> statistics = new HashMap<>();
  private final Map<Key, Optional<SignalLeak>> leaks = new HashMap<>();

  /**
   * Reads the statistics that the row names.
   *
   * @throws io.chiaroscuro.InvalidInputException if they are missing or damaged
   */
  void read(BatchRow row) {
    String folder = row.order().leak().statistics();
    if (folder != null && !statistics.containsKey(folder)) {
      row.saying(() -> statistics.put(folder, row.leak().read().orElseThrow()));
    }
  }

  /** The latents that the row's statistics are for. */
  Optional<LatentShape> shape(BatchRow row) {
    return statistics(row).map(LeakStatistics::shape);
  }

  /**
   * The leak that the row asks for, if it does.
   *
   * @throws io.chiaroscuro.InvalidInputException if it does not fit the model or the size
   */
  Optional<SignalLeak> leak(BatchRow row, StableDiffusion model, int width, int height) {
    // No computeIfAbsent: what throws must not leave an entry, and computing may take seconds.
    Key key = new Key(row.order().leak(), width, height);
    Optional<SignalLeak> known = leaks.get(key);
    if (known == null) {
      known = row.leak().leak(statistics(row), model, width, height);
      leaks.put(key, known);
    }
    return known;
  }

  private Optional<LeakStatistics> statistics(BatchRow row) {
    return Optional.ofNullable(row.order().leak().statistics()).map(statistics::get);
  }

  @Override
  public void close() {
    statistics.values().forEach(LeakStatistics::close);
  }
}
