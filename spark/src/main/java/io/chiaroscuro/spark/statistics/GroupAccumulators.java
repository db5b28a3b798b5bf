package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.pipeline.LatentStream;
import io.chiaroscuro.pipeline.StatisticsSettings;
import io.chiaroscuro.spark.picture.Picture;
import io.chiaroscuro.tensor.TensorScope;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** A task's accumulators, one a group. */
final class GroupAccumulators implements AutoCloseable {

  /** What pictures that belong to nothing belong to. */
  static final String WHOLE = "";

  private final StatisticsSettings settings;
  private final LatentShape shape;
  private final SortedMap<String, LeakAccumulator> groups = new TreeMap<>();

  GroupAccumulators(StatisticsSettings settings, LatentShape shape) {
    this.settings = settings;
    this.shape = shape;
  }

  void add(LatentStream.Batch<Picture> batch) {
    batch.latents().ifPresent(latents -> add(latents, batch));
  }

  private void add(Tensor latents, LatentStream.Batch<Picture> batch) {
    try (var scope = new TensorScope()) {
      for (int i = 0; i < batch.pictures().size(); i++) {
        String group = batch.pictures().get(i).belongsTo().orElse(WHOLE);
        groups
            .computeIfAbsent(group, g -> settings.accumulator(shape))
            .add(latents.narrow(0, i, 1));
      }
    }
  }

  PartialStatistics partial(long skipped) {
    SortedMap<String, byte[]> states = new TreeMap<>();
    groups.forEach((group, accumulator) -> states.put(group, accumulator.toBytes()));
    return new PartialStatistics(states, skipped);
  }

  @Override
  public void close() {
    groups.values().forEach(LeakAccumulator::close);
  }
}
