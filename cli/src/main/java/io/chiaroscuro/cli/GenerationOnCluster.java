package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.spark.generation.ClusterGeneration;
import io.chiaroscuro.spark.generation.OrderTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Makes the pictures of a batch file on a cluster.
 *
 * @param outputDir as Hadoop reads it
 */
record GenerationOnCluster(
    SparkOptions spark, ModelOptions model, List<BatchRow> rows, String outputDir) {

  /** A task makes the pictures of one line, of several where there are more lines than this. */
  private static final int MOST_TASKS = 10_000;

  /**
   * What became of the pictures.
   *
   * @param pictures those that are there
   * @param failures a sentence for each other
   */
  record Made(String outputDir, List<Map<String, Object>> pictures, List<String> failures) {

    Map<String, Object> describe() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("pictures", pictures);
      facts.put("failed", failures);
      return facts;
    }

    String prose() {
      return String.format(
          Locale.ROOT,
          "%s  %d of %d pictures, mean brightness %.3f",
          outputDir,
          pictures.size(),
          pictures.size() + failures.size(),
          pictures.stream()
              .mapToDouble(picture -> (double) picture.get("brightness"))
              .average()
              .orElse(Double.NaN));
    }
  }

  Made make() {
    return OpenCluster.run(spark, "chiaroscuro generate", this::make);
  }

  private Made make(SparkSession session) {
    var found = ClusterModel.of(session, model, EnumSet.allOf(Component.class));
    var generation = new ClusterGeneration(found.onNodes(), model.device(), model.dtype());
    for (Path file : filesHere()) {
      generation = generation.sending(file);
    }
    List<Map<String, Object>> pictures = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (Row row : generation.files(orders(session), outputDir).collectAsList()) {
      if (row.getAs("failure") == null) {
        Map<String, Object> picture = new LinkedHashMap<>();
        for (String column : List.of("file", "seed", "brightness", "deviation")) {
          picture.put(column, row.getAs(column));
        }
        pictures.add(picture);
      } else {
        failures.add(
            "chiaroscuro: %s, seed %s: %s"
                .formatted(row.getAs("name"), row.getAs("seed"), row.getAs("failure")));
      }
    }
    return new Made(outputDir, pictures, failures);
  }

  /** In the order of the lines, each in a task of its own. */
  private Dataset<Row> orders(SparkSession session) {
    Dataset<Row> table = OrderTable.of(session, rows.stream().map(BatchRow::order).toList());
    return session.createDataFrame(
        JavaSparkContext.fromSparkContext(session.sparkContext())
            .parallelize(table.collectAsList(), Math.min(rows.size(), MOST_TASKS)),
        table.schema());
  }

  /** Statistics and pictures that lines name, and this machine has. */
  private List<Path> filesHere() {
    return rows.stream()
        .map(BatchRow::order)
        .map(PictureOrder::leak)
        .flatMap(leak -> Stream.of(leak.statistics(), leak.light().image()))
        .filter(Objects::nonNull)
        .filter(name -> !name.contains("://"))
        .map(Path::of)
        .filter(Files::exists)
        .distinct()
        .toList();
  }
}
