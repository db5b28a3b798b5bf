package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.LatentStream;
import io.chiaroscuro.pipeline.LatentStream.Skipped;
import io.chiaroscuro.pipeline.StatisticsSettings;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.cluster.ExecutorModels;
import io.chiaroscuro.spark.cluster.TaskThreads;
import io.chiaroscuro.spark.picture.Picture;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a task does: all pictures of a partition become one small state. As on a single machine,
 * pictures are read and decoded on a thread beside, while the one before is encoded.
 *
 * @param configuration by which file systems are reached
 * @param groupColumn that each picture must have a value in, or null
 * @param skippedTable where skipped pictures are listed, or null
 */
record PartitionStatistics(
    ClusterCheckpoint checkpoint,
    Device device,
    DType dtype,
    StatisticsSettings settings,
    SerializableConfiguration configuration,
    String groupColumn,
    SkippedTable skippedTable)
    implements FlatMapFunction<Iterator<Picture>, PartialStatistics> {

  @Override
  public Iterator<PartialStatistics> call(Iterator<Picture> pictures) {
    if (!pictures.hasNext()) {
      return List.<PartialStatistics>of().iterator();
    }
    TaskThreads.limit();
    try (var encoder = ExecutorModels.encoder(checkpoint, device, dtype)) {
      return List.of(fold(encoder.model(), pictures)).iterator();
    }
  }

  private PartialStatistics fold(LatentEncoder encoder, Iterator<Picture> pictures) {
    TaskContext task = TaskContext.get();
    Configuration reached = configuration.value();
    ImagePreparation preparation = settings.preparation();
    var shape = encoder.latentShape(preparation.width(), preparation.height());
    List<Skipped<Picture>> skipped = new ArrayList<>();
    try (var groups = new GroupAccumulators(settings, shape);
        var stream =
            new LatentStream<>(
                encoder,
                pictures,
                0,
                settings.batchSize(),
                (picture, place) -> prepare(picture, preparation, reached))) {
      while (stream.hasNext()) {
        if (task.isInterrupted()) { // Another attempt was faster, or nobody wants the result.
          throw new TaskKilledException();
        }
        LatentStream.Batch<Picture> batch = stream.next();
        groups.add(batch);
        skipped.addAll(batch.skipped());
      }
      if (skippedTable != null) {
        skippedTable.write(task.partitionId(), task.taskAttemptId(), skipped);
      }
      return groups.partial(skipped.size());
    }
  }

  private RgbImage prepare(Picture picture, ImagePreparation preparation, Configuration reached) {
    if (groupColumn != null && picture.belongsTo().isEmpty()) {
      throw new InvalidInputException(
          "'%s' has no value in the column '%s'; give it one, or leave its row out."
              .formatted(picture, groupColumn));
    }
    return picture.prepare(preparation, reached);
  }
}
