package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.leak.LeakStatistics;

/**
 * Statistics of all pictures of a table.
 *
 * @param statistics closed with this object
 * @param skipped how many pictures were broken
 */
public record CorpusStatistics(LeakStatistics statistics, long skipped) implements AutoCloseable {

  @Override
  public void close() {
    statistics.close();
  }
}
