package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.leak.LeakAccumulator;
import java.io.Serializable;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of a part of the pictures. Merging parts yields the same bits in any order.
 *
 * @param states of each group's {@link LeakAccumulator}
 * @param skipped how many pictures were broken
 */
record PartialStatistics(SortedMap<String, byte[]> states, long skipped) implements Serializable {

  /** Of no pictures. */
  static PartialStatistics none() {
    return new PartialStatistics(new TreeMap<>(), 0);
  }

  PartialStatistics merge(PartialStatistics other) {
    SortedMap<String, byte[]> merged = new TreeMap<>(states);
    for (Map.Entry<String, byte[]> state : other.states.entrySet()) {
      merged.merge(state.getKey(), state.getValue(), PartialStatistics::merge);
    }
    return new PartialStatistics(merged, skipped + other.skipped);
  }

  private static byte[] merge(byte[] one, byte[] other) {
    try (var whole = LeakAccumulator.of(one);
        var part = LeakAccumulator.of(other)) {
      whole.merge(part);
      return whole.toBytes();
    }
  }
}
