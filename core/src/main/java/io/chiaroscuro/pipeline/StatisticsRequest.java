package io.chiaroscuro.pipeline;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.leak.StatisticType;
import java.nio.file.Path;
import java.util.List;

/**
 * Which statistics of which pictures.
 *
 * @param files the pictures, in the order in which they are taken
 * @param preparation how each becomes a picture of one size
 * @param statisticType what is modelled
 * @param nComponents how many low frequencies {@code dct+pixel} models jointly
 * @param batchSize pictures encoded together
 */
public record StatisticsRequest(
    List<Path> files,
    ImagePreparation preparation,
    StatisticType statisticType,
    int nComponents,
    int batchSize) {

  public StatisticsRequest {
    files = List.copyOf(files);
  }

  LeakAccumulator accumulator(LatentShape shape) {
    return statisticType == StatisticType.PIXEL
        ? LeakAccumulator.pixel(shape)
        : LeakAccumulator.dctPixel(shape, nComponents);
  }
}
