package io.chiaroscuro.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Spark runs beside this module's own libraries. */
class LocalSparkTest {

  @Test
  void counts() throws IOException {
    try (var spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", false).getOrCreate()) {
      assertThat(spark.range(0, 1000, 1, 4).filter("id % 3 = 0").count()).isEqualTo(334);
    }
  }
}
