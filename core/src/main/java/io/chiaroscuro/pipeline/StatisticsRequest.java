package io.chiaroscuro.pipeline;

import io.chiaroscuro.leak.StatisticType;
import java.nio.file.Path;
import java.util.List;

/**
 * Which statistics of which pictures.
 *
 * @param files the pictures, in the order in which they are taken
 * @param settings which statistics
 */
public record StatisticsRequest(List<Path> files, StatisticsSettings settings) {

  public StatisticsRequest {
    files = List.copyOf(files);
  }

  /** With the settings one by one, see {@link StatisticsSettings}. */
  public StatisticsRequest(
      List<Path> files,
      ImagePreparation preparation,
      StatisticType statisticType,
      int nComponents,
      int batchSize) {
    this(files, new StatisticsSettings(preparation, statisticType, nComponents, batchSize));
  }
}
