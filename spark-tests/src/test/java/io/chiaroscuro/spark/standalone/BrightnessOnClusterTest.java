package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.spark.brightness.ClusterBrightness;
import io.chiaroscuro.spark.brightness.CorpusBrightness;
import io.chiaroscuro.spark.picture.PictureFolder;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The brightness that a cluster measures while it falls apart. */
@ExtendWith(OnCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrightnessOnClusterTest {

  private static final int PICTURES = 600;
  private static final int PARTITIONS = 300;

  private Path photos;

  @BeforeAll
  void write(@TempDir Path folder) {
    photos = NoisyPictures.write(folder, PICTURES);
  }

  private CorpusBrightness brightness(SparkSession session, int partitions) {
    return ClusterBrightness.of(PictureFolder.list(session, photos.toString(), partitions));
  }

  @ParameterizedTest
  @EnumSource
  void isTheSameToTheLastDigit(
      Misfortune misfortune, StandaloneCluster cluster, SparkSession session) {
    CorpusBrightness measured =
        misfortune.during(cluster, session, () -> brightness(session, PARTITIONS));
    Histogram pixels =
        ImageFolder.list(photos).stream()
            .map(file -> Histogram.of(ImageDecoder.decode(file)))
            .reduce(Histogram::merge)
            .orElseThrow();
    assertThat(measured.images()).isEqualTo(PICTURES);
    for (int value = 0; value < Histogram.BINS; value++) {
      assertThat(measured.pixels().count(value)).isEqualTo(pixels.count(value));
    }
    CorpusBrightness calm = brightness(session, 3);
    assertThat(measured.mean()).isEqualTo(calm.mean());
    assertThat(measured.spread()).isEqualTo(calm.spread());
    assertThat(measured.pictures()).isEqualTo(calm.pictures());
  }
}
