package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.leak.LeakAccumulator;
import java.io.Serializable;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of a part of the pictures. Merging parts yields the same bits in any order. No
 * record, since Kryo, which a session may use in place of Java's own serialization, makes none.
 */
final class PartialStatistics implements Serializable {

  private static final long serialVersionUID = 1L;

  private final TreeMap<String, byte[]> states;
  private final long skipped;

  /**
   * @param states of each group's {@link LeakAccumulator}
   * @param skipped how many pictures were broken
   */
  PartialStatistics(Map<String, byte[]> states, long skipped) {
    this.states = new TreeMap<>(states);
    this.skipped = skipped;
  }

  /** Of no pictures. */
  static PartialStatistics none() {
    return new PartialStatistics(Map.of(), 0);
  }

  SortedMap<String, byte[]> states() {
    return states;
  }

  long skipped() {
    return skipped;
  }

  PartialStatistics merge(PartialStatistics other) {
    SortedMap<String, byte[]> merged = new TreeMap<>(states);
    other.states.forEach((group, state) -> merged.merge(group, state, PartialStatistics::merge));
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
