package io.chiaroscuro.spark.brightness;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.spark.cluster.TaskFailures;
import io.chiaroscuro.spark.picture.Picture;
import io.chiaroscuro.spark.picture.PictureTable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/** Measures the brightness of a table of pictures, in one action. */
public final class ClusterBrightness {

  private ClusterBrightness() {}

  /**
   * Of all whole pictures of a table, see {@link PictureTable}; broken ones are counted.
   *
   * @throws InvalidInputException if the table has no column of pictures, or none is whole
   */
  public static CorpusBrightness of(Dataset<Row> table) {
    var configuration =
        new SerializableConfiguration(table.sparkSession().sparkContext().hadoopConfiguration());
    BrightnessSums sums =
        TaskFailures.explained(
            () ->
                PictureTable.pictures(table)
                    .treeAggregate(
                        new BrightnessSums(),
                        (part, picture) -> added(part, picture, configuration.value()),
                        ClusterBrightness::merged));
    return sums.result()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "None of the %d picture(s) can be decoded; give others."
                        .formatted(sums.skipped())));
  }

  private static BrightnessSums added(
      BrightnessSums sums, Picture picture, Configuration configuration) {
    try {
      PictureHistogram.of(picture.bytes(configuration))
          .ifPresentOrElse(sums::add, sums::addSkipped);
    } catch (InvalidInputException e) { // There is no such file.
      sums.addSkipped();
    }
    return sums;
  }

  private static BrightnessSums merged(BrightnessSums sums, BrightnessSums others) {
    sums.add(others);
    return sums;
  }
}
