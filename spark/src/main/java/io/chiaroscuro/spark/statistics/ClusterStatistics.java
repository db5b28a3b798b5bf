package io.chiaroscuro.spark.statistics;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.pipeline.StatisticsSettings;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.cluster.TaskFailures;
import io.chiaroscuro.spark.picture.Picture;
import io.chiaroscuro.spark.picture.PictureTable;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Computes statistics of the signal leak of a table of pictures, see {@link PictureTable}.
 *
 * <p>One action: each partition becomes one state, 0.8 MB a group for pictures of 512x512, states
 * merge in a tree, nothing else moves between nodes. A task's memory does not grow with its
 * pictures, only with its groups. Sums are exact, so the result has the same bits in whatever order
 * partitions finish and however often tasks are repeated.
 *
 * <p>With batches of one and as many threads, it also has the bits of any other partitioning and of
 * a single machine. What networks round depends on the threads and on which pictures are in a
 * batch: otherwise bits are the same for the same rows in the same order in each partition, which a
 * table that comes out of a shuffle has only if it is sorted there.
 *
 * <pre>{@code
 * var statistics = new ClusterStatistics(checkpoint, Device.CPU, DType.FLOAT32, settings);
 * try (var corpus = statistics.of(PictureFolder.list(session, "s3a://bucket/photos"))) {
 *   corpus.statistics().write(Path.of("leak"));
 * }
 * }</pre>
 *
 * @param checkpoint whose autoencoder is used
 * @param device that a task computes on
 * @param dtype that it computes in
 * @param settings which statistics
 * @param skippedTable the folder, as Hadoop reads it, in which skipped pictures are listed; if
 *     empty they are counted only
 */
public record ClusterStatistics(
    ClusterCheckpoint checkpoint,
    Device device,
    DType dtype,
    StatisticsSettings settings,
    Optional<String> skippedTable) {

  /** How deep the tree is in which states merge; the driver gets the root of partitions' number. */
  private static final int DEPTH = 2;

  /** Counts skipped pictures, and does not list them. */
  public ClusterStatistics(
      ClusterCheckpoint checkpoint, Device device, DType dtype, StatisticsSettings settings) {
    this(checkpoint, device, dtype, settings, Optional.empty());
  }

  /**
   * The same, listing each picture that is skipped, and why, in a table, see {@link #skipped}. A
   * list that is there already is replaced.
   *
   * @param folder as Hadoop reads it
   */
  public ClusterStatistics withSkippedTable(String folder) {
    return new ClusterStatistics(checkpoint, device, dtype, settings, Optional.of(folder));
  }

  /**
   * The pictures that were skipped: the columns {@code path}, {@code group} and {@code reason}, all
   * STRING.
   *
   * @param folder as it was given to {@link #withSkippedTable}
   */
  public static Dataset<Row> skipped(SparkSession session, String folder) {
    return SkippedTable.read(session, folder);
  }

  /**
   * Statistics of all pictures together; the result belongs to the caller.
   *
   * @throws InvalidInputException if the table has no column of pictures, fewer than two are whole,
   *     or the settings do not suit the model
   */
  public CorpusStatistics of(Dataset<Row> table) {
    PartialStatistics whole = run(table, PictureTable.pictures(table), null);
    byte[] state = whole.states().get(GroupAccumulators.WHOLE);
    if (state == null) {
      throw noneIsWhole(whole);
    }
    return new CorpusStatistics(statistics(state, Map.of()), whole.skipped());
  }

  /**
   * Statistics of each group of pictures, in the same one pass; the result belongs to the caller.
   *
   * @param column whose value, as text, says which group a picture belongs to; pictures without one
   *     are skipped
   * @throws InvalidInputException if the table has no column of pictures or none of that name, no
   *     picture is whole, or the settings do not suit the model
   */
  public GroupedStatistics groupedBy(String column, Dataset<Row> table) {
    PartialStatistics all = run(table, PictureTable.pictures(table, column), column);
    if (all.states().isEmpty()) {
      throw noneIsWhole(all);
    }
    SortedMap<String, LeakStatistics> statistics = new TreeMap<>();
    SortedSet<String> single = new TreeSet<>();
    all.states()
        .forEach(
            (group, state) -> {
              if (count(state) < 2) {
                single.add(group);
              } else {
                statistics.put(group, statistics(state, Map.of("group", column + " = " + group)));
              }
            });
    return new GroupedStatistics(statistics, single, all.skipped());
  }

  private PartialStatistics run(Dataset<Row> table, JavaRDD<Picture> pictures, String column) {
    Configuration hadoop = table.sparkSession().sparkContext().hadoopConfiguration();
    Optional<SkippedTable> skipped = skippedTable.map(folder -> new SkippedTable(folder, hadoop));
    skipped.ifPresent(SkippedTable::begin);
    var partition =
        new PartitionStatistics(
            checkpoint,
            device,
            dtype,
            settings,
            new SerializableConfiguration(hadoop),
            column,
            skipped.orElse(null));
    PartialStatistics all =
        TaskFailures.explained(
            () ->
                pictures
                    .mapPartitions(partition)
                    .treeAggregate(
                        PartialStatistics.none(),
                        PartialStatistics::merge,
                        PartialStatistics::merge,
                        DEPTH));
    skipped.ifPresent(SkippedTable::end);
    return all;
  }

  private LeakStatistics statistics(byte[] state, Map<String, String> more) {
    Map<String, String> facts =
        new TreeMap<>(settings.provenance(checkpoint.name(), checkpoint.hash(), dtype));
    facts.putAll(more);
    try (var accumulator = LeakAccumulator.of(state)) {
      return accumulator.statistics(facts);
    }
  }

  private static long count(byte[] state) {
    try (var accumulator = LeakAccumulator.of(state)) {
      return accumulator.count();
    }
  }

  private static InvalidInputException noneIsWhole(PartialStatistics statistics) {
    return new InvalidInputException(
        "None of the %d pictures is whole; give others.".formatted(statistics.skipped()));
  }
}
