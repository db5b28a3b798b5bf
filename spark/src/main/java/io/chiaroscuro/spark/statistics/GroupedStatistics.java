package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.leak.LeakStatistics;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Statistics of groups of pictures.
 *
 * @param statistics by group
 * @param single the groups of one picture only, which has no variance
 * @param skipped how many pictures were broken, in all groups together
 */
public record GroupedStatistics(
    SortedMap<String, LeakStatistics> statistics, SortedSet<String> single, long skipped)
    implements AutoCloseable {

  public GroupedStatistics {
    statistics = Collections.unmodifiableSortedMap(new TreeMap<>(statistics));
    single = Collections.unmodifiableSortedSet(new TreeSet<>(single));
  }

  @Override
  public void close() {
    statistics.values().forEach(LeakStatistics::close);
  }
}
