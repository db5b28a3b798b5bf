package io.chiaroscuro.spark.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.chiaroscuro.spark.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChiaroscuroExtensionsTest {

  @TempDir private Path folder;
  private SparkSession spark;

  @BeforeEach
  void draw() throws IOException {
    Files.write(folder.resolve("a.png"), Pictures.grey(51));
    Files.write(folder.resolve("b.png"), Pictures.grey(153));
    Files.writeString(folder.resolve("c.png"), "no picture");
  }

  @AfterEach
  void stop() {
    spark.stop();
  }

  @Test
  void sqlKnowsTheFunctionsFromItsConfiguration() {
    spark =
        SparkSession.builder()
            .master("local[3]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 3)
            .config("spark.sql.extensions", ChiaroscuroExtensions.class.getName())
            .getOrCreate();
    requireFunctions();
    assertThat(spark.sql("DESCRIBE FUNCTION brightness").collectAsList().toString())
        .contains("brightness(content) - The mean of all pixels");
  }

  @Test
  void aSessionIsGivenTheFunctions() {
    spark =
        SparkSession.builder()
            .master("local[3]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 3)
            .getOrCreate();
    ChiaroscuroExtensions.register(spark);
    requireFunctions();
  }

  private void requireFunctions() {
    spark.read().format("binaryFile").load(folder.toString()).createOrReplaceTempView("pictures");
    List<Row> each =
        spark
            .sql(
                "SELECT brightness(content), brightness_deviation(content) FROM pictures ORDER BY path")
            .collectAsList();
    assertThat(each.get(0).getDouble(0)).isCloseTo(0.2, within(1e-15));
    assertThat(each.get(0).getDouble(1)).isZero();
    assertThat(each.get(1).getDouble(0)).isCloseTo(0.6, within(1e-15));
    assertThat(each.get(2).isNullAt(0)).isTrue();
    Row all =
        spark
            .sql(
                "SELECT b.mean, b.spread, b.skipped, b.image_percentiles[50] FROM"
                    + " (SELECT brightness_histogram(content) AS b FROM pictures)")
            .head();
    assertThat(all.getDouble(0)).isCloseTo(0.4, within(1e-15));
    assertThat(all.getDouble(1)).isCloseTo(0.2, within(1e-15));
    assertThat(all.getLong(2)).isEqualTo(1);
    assertThat(all.getDouble(3)).isCloseTo(0.4, within(1e-5));
    assertThat(
            spark
                .sql("SELECT path FROM pictures WHERE brightness(content) > 0.5")
                .collectAsList()
                .toString())
        .contains("b.png")
        .doesNotContain("a.png");
  }
}
