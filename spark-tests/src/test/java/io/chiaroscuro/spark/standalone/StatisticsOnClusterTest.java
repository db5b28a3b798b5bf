package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StatisticsRequest;
import io.chiaroscuro.pipeline.StatisticsRun;
import io.chiaroscuro.pipeline.StatisticsSettings;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.picture.PictureFolder;
import io.chiaroscuro.spark.statistics.ClusterStatistics;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statistics that a cluster computes while it falls apart, against those of one machine. */
@ExtendWith(OnCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatisticsOnClusterTest {

  private static final int PICTURES = 240;
  private static final int PARTITIONS = 120;

  private static final StatisticsSettings SETTINGS =
      new StatisticsSettings(
          new ImagePreparation(128, 128, Cropping.RANDOM, Mirroring.RANDOM, Orientation.UPRIGHT, 7),
          StatisticType.DCT_PIXEL,
          3,
          1);

  private Path folder;
  private Path photos;

  @BeforeAll
  void write(@TempDir Path folder) throws IOException {
    this.folder = folder;
    photos = NoisyPictures.write(folder.resolve("photos"), PICTURES);
    Files.writeString(photos.resolve("broken.png"), "no image");
  }

  private Map<String, String> onThisMachine(Path model) {
    torch.set_num_threads(1); // As a task has.
    Checkpoint checkpoint = Checkpoint.open(model);
    var request = new StatisticsRequest(ImageFolder.list(photos), SETTINGS);
    try (var encoder = LatentEncoder.load(checkpoint, Device.CPU, DType.FLOAT32);
        var run =
            new StatisticsRun(encoder, checkpoint, request, folder.resolve("single-machine"))) {
      while (run.hasNext()) {
        run.next();
      }
      try (var statistics = run.finish()) {
        return bits(statistics);
      }
    }
  }

  private Map<String, String> onCluster(SparkSession session, ClusterCheckpoint model) {
    var statistics =
        new ClusterStatistics(model, Device.CPU, DType.FLOAT32, SETTINGS)
            .withSkippedTable(folder.resolve("skipped").toString());
    try (var corpus = statistics.of(PictureFolder.list(session, photos.toString(), PARTITIONS))) {
      assertThat(corpus.skipped()).isEqualTo(1);
      assertThat(corpus.statistics().summary().imageCount()).hasValue(PICTURES);
      return bits(corpus.statistics());
    }
  }

  /** All digits. */
  private Map<String, String> bits(LeakStatistics statistics) {
    Path written = folder.resolve("written");
    statistics.write(written);
    Map<String, String> bits = new TreeMap<>();
    try (var file = SafetensorsFile.open(written.resolve("stats.safetensors"));
        var scope = new TensorScope()) {
      for (String name : file.entries().keySet()) {
        bits.put(name, Arrays.toString(Tensors.floats(file.tensor(name))));
      }
    }
    return bits;
  }

  @ParameterizedTest
  @EnumSource
  void areThoseOfOneMachineToTheLastBit(
      Misfortune misfortune, StandaloneCluster cluster, SparkSession session) {
    Map<String, String> computed =
        misfortune.during(cluster, session, () -> onCluster(session, ClusterCheckpoint.embedded()));
    assertThat(computed).isEqualTo(onThisMachine(EmbeddedModel.ofThisBuild().checkpoint()));
    assertThat(
            ClusterStatistics.skipped(session, folder.resolve("skipped").toString())
                .collectAsList()
                .stream()
                .map(row -> row.<String>getAs("path")))
        .singleElement()
        .asString()
        .endsWith("broken.png");
  }
}
