package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.spark.brightness.BrightnessHistogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Brightness, while the cluster falls apart. */
@ExtendWith(OnCluster.class)
class BrightnessOnClusterTest {

  private static final int PICTURES = 48;

  @TempDir private Path pictures;

  private Row brightness(SparkSession session) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < PICTURES; i++) {
      byte[] rgb = new byte[3 * 256 * 256];
      random.nextBytes(rgb);
      PngFile.write(pictures.resolve(i + ".png"), new RgbImage(256, 256, rgb), Map.of());
    }
    Files.writeString(pictures.resolve("broken.png"), "no image");
    Dataset<Row> files =
        session.read().format("binaryFile").load(pictures.toString()).repartition(24);
    return files.agg(BrightnessHistogram.of(files.col("content"))).head();
  }

  @Test
  void x(StandaloneCluster cluster, SparkSession session) throws IOException {
    Row calm = brightness(session);
    var kill = AfterTasks.of(session, 8, cluster::killExecutor);
    assertThat(brightness(session)).isEqualTo(calm);
    kill.requireHappenedOnTheWay();
  }
}
