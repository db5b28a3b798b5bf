package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.pipeline.StatisticsSettings;
import io.chiaroscuro.spark.picture.PictureFolder;
import io.chiaroscuro.spark.picture.PictureTable;
import io.chiaroscuro.spark.statistics.ClusterStatistics;
import io.chiaroscuro.spark.statistics.GroupedStatistics;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Statistics that a cluster computes.
 *
 * @param dataDir a folder; null where there is a table
 * @param settings which statistics, for a model
 */
record StatsOnCluster(
    SparkOptions spark,
    ModelOptions model,
    CorpusOptions corpus,
    String dataDir,
    Function<Checkpoint, StatisticsSettings> settings) {

  StatsOnCluster {
    if ((dataDir == null) == corpus.table().isEmpty()) {
      throw new InvalidInputException(
          "Pictures are in a folder or in a table; give one of --data-dir and --table.");
    }
  }

  /** By group; all together are one without a name. The result belongs to the caller. */
  GroupedStatistics compute() {
    return OpenCluster.run(spark, "chiaroscuro stats", this::compute);
  }

  private GroupedStatistics compute(SparkSession session) {
    Dataset<Row> pictures = pictures(session);
    var found = ClusterModel.of(session, model, Set.of(Component.VAE));
    var statistics =
        new ClusterStatistics(
            found.onNodes(), model.device(), model.dtype(), settings.apply(found.here()));
    if (corpus.skipped().isPresent()) {
      statistics = statistics.withSkippedTable(OpenCluster.uri(corpus.skipped().get()));
    }
    if (corpus.groupBy().isPresent()) {
      return statistics.groupedBy(corpus.groupBy().get(), pictures);
    }
    var whole = statistics.of(pictures);
    return new GroupedStatistics(
        new TreeMap<>(Map.of("", whole.statistics())), new TreeSet<>(), whole.skipped());
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
