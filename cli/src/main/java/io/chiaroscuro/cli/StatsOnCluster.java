package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.LeakSummary;
import io.chiaroscuro.pipeline.StatisticsSettings;
import io.chiaroscuro.spark.picture.PictureFolder;
import io.chiaroscuro.spark.picture.PictureTable;
import io.chiaroscuro.spark.statistics.ClusterStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Statistics that a cluster computes, written where they are wanted.
 *
 * @param dataDir a folder; null where there is a table
 * @param outputDir where they are written, here or as Hadoop writes it
 * @param settings which statistics, for a model
 */
record StatsOnCluster(
    SparkOptions spark,
    ModelOptions model,
    CorpusOptions corpus,
    String dataDir,
    String outputDir,
    Function<Checkpoint, StatisticsSettings> settings) {

  StatsOnCluster {
    if ((dataDir == null) == corpus.table().isEmpty()) {
      throw new InvalidInputException(
          "Pictures are in a folder or in a table; give one of --data-dir and --table.");
    }
  }

  /**
   * What was written.
   *
   * @param name of the group; all pictures together are one without a name
   */
  record Group(String name, String folder, LeakSummary summary) {}

  /**
   * All that was found out.
   *
   * @param single groups of one picture, of which there are no statistics
   * @param skipped how many pictures were broken
   */
  record Result(List<Group> groups, SortedSet<String> single, long skipped) {}

  Result compute() {
    if (!outputDir.contains("://")) {
      AtomicFile.requireFolder(Path.of(outputDir));
    }
    return OpenCluster.run(spark, "chiaroscuro stats", this::compute);
  }

  private Result compute(SparkSession session) {
    Dataset<Row> pictures = pictures(session);
    var found = ClusterModel.of(session, model, Set.of(Component.VAE));
    var statistics =
        new ClusterStatistics(
            found.onNodes(), model.device(), model.dtype(), settings.apply(found.here()));
    if (corpus.skipped().isPresent()) {
      statistics = statistics.withSkippedTable(OpenCluster.uri(corpus.skipped().get()));
    }
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    if (!corpus.isGrouped()) {
      try (var whole = statistics.of(pictures)) {
        return new Result(
            List.of(written("", whole.statistics(), hadoop)), new TreeSet<>(), whole.skipped());
      }
    }
    try (var all = statistics.groupedBy(corpus.groupBy().orElseThrow(), pictures)) {
      List<Group> groups = new ArrayList<>();
      all.statistics().forEach((group, ofGroup) -> groups.add(written(group, ofGroup, hadoop)));
      return new Result(groups, all.single(), all.skipped());
    }
  }

  private Group written(String group, LeakStatistics statistics, Configuration hadoop) {
    String folder = corpus.folder(outputDir, group);
    if (folder.contains("://")) {
      writeRemotely(statistics, folder, hadoop);
    } else {
      statistics.write(Path.of(folder));
    }
    return new Group(group, folder, statistics.summary());
  }

  private static void writeRemotely(
      LeakStatistics statistics, String folder, Configuration hadoop) {
    try {
      Path temporary = Files.createTempDirectory("chiaroscuro-statistics");
      statistics.write(temporary);
      var target = new org.apache.hadoop.fs.Path(folder);
      FileSystem system = target.getFileSystem(hadoop);
      system.mkdirs(target);
      try (Stream<Path> files = Files.list(temporary)) {
        for (Path file : files.toList()) {
          system.copyFromLocalFile(true, true, new org.apache.hadoop.fs.Path(file.toUri()), target);
        }
      }
      Files.delete(temporary);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot write the statistics to %s (%s); choose another --output-dir."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
  }

  private Dataset<Row> pictures(SparkSession session) {
    if (dataDir != null) {
      var path = functions.col(PictureTable.PATH);
      return PictureFolder.list(session, OpenCluster.uri(dataDir))
          .withColumn(CorpusOptions.FOLDER, functions.regexp_extract(path, "([^/]+)/[^/]+$", 1));
    }
    String table = corpus.table().orElseThrow();
    String name = table.toLowerCase(Locale.ROOT);
    String format =
        name.endsWith(".csv") ? "csv" : name.matches(".*\\.jsonl?") ? "json" : "parquet";
    return session.read().option("header", true).format(format).load(OpenCluster.uri(table));
  }
}
