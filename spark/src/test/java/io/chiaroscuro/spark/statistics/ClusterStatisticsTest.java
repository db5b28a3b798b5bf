package io.chiaroscuro.spark.statistics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.fixtures.Fixture;
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
import io.chiaroscuro.spark.LocalSpark;
import io.chiaroscuro.spark.PictureFiles;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.cluster.ExecutorModels;
import io.chiaroscuro.spark.picture.PictureFolder;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterStatisticsTest {

  private static final int WHOLE = 16;
  private static final int BROKEN = 3;

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private static Path temporary;

  private static Path photos;
  private static int threadsBefore;
  private static LeakStatistics single;

  /** What one machine with one thread computes, with random crops and flips. */
  @BeforeAll
  static void computeOnOneMachine() throws IOException {
    threadsBefore = torch.get_num_threads();
    torch.set_num_threads(1);
    photos = temporary.resolve("photos");
    PictureFiles.write(photos, WHOLE);
    PictureFiles.writeBroken(photos);
    single = onOneMachine(ImageFolder.list(photos), settings(Cropping.RANDOM, 1));
  }

  @AfterAll
  static void close() {
    single.close();
    ExecutorModels.closeIdle();
    torch.set_num_threads(threadsBefore);
  }

  private static StatisticsSettings settings(Cropping cropping, int batchSize) {
    var mirroring = cropping == Cropping.RANDOM ? Mirroring.RANDOM : Mirroring.NONE;
    return new StatisticsSettings(
        new ImagePreparation(128, 128, cropping, mirroring, Orientation.UPRIGHT, 5),
        StatisticType.DCT_PIXEL,
        3,
        batchSize);
  }

  private static LeakStatistics onOneMachine(List<Path> files, StatisticsSettings settings)
      throws IOException {
    Checkpoint checkpoint = Checkpoint.open(EmbeddedModel.ofThisBuild().checkpoint());
    var request = new StatisticsRequest(files, settings);
    try (var encoder = LatentEncoder.load(checkpoint, Device.CPU, DType.FLOAT32);
        var run =
            new StatisticsRun(
                encoder, checkpoint, request, Files.createTempDirectory(temporary, "single"))) {
      run.forEachRemaining(batch -> {});
      return run.finish();
    }
  }

  private static ClusterStatistics statistics(StatisticsSettings settings) {
    return new ClusterStatistics(ClusterCheckpoint.embedded(), Device.CPU, DType.FLOAT32, settings);
  }

  private static Dataset<Row> listed(int partitions) {
    return PictureFolder.list(SPARK.session(), photos.toString(), partitions);
  }

  private static void assertEqual(LeakStatistics actual, LeakStatistics expected) {
    assertThat(actual.imageCount()).isEqualTo(expected.imageCount());
    expected
        .tensors()
        .forEach(
            (name, tensor) -> {
              Fixture.assertClose(actual.tensors().get(name), tensor, 1e-6);
              assertThat(actual.tensors().get(name).equal(tensor)).as(name + ", bits").isTrue();
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void equalsOneMachineWhateverThePartitioning(int partitions) {
    try (var corpus = statistics(settings(Cropping.RANDOM, 1)).of(listed(partitions))) {
      assertThat(corpus.skipped()).isEqualTo(BROKEN);
      assertEqual(corpus.statistics(), single);
      assertThat(corpus.statistics().provenance())
          .containsAllEntriesOf(
              settings(Cropping.RANDOM, 1)
                  .provenance(
                      ClusterCheckpoint.embedded().name(),
                      ClusterCheckpoint.embedded().hash(),
                      DType.FLOAT32))
          .containsEntry(LeakStatistics.IMAGE_COUNT, Integer.toString(WHOLE));
    }
  }

  @Test
  void batchesStayWithinTheSameBound() {
    try (var corpus = statistics(settings(Cropping.RANDOM, 4)).of(listed(3))) {
      assertThat(corpus.statistics().imageCount()).isEqualTo(single.imageCount());
      single
          .tensors()
          .forEach(
              (name, tensor) ->
                  Fixture.assertClose(corpus.statistics().tensors().get(name), tensor, 1e-6));
    }
  }

  @Test
  void picturesWithoutAnIndexAreCroppedAlikeInEveryPartitioning() {
    Dataset<Row> files =
        SPARK
            .session()
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", true)
            .load(photos.toString());
    var statistics = statistics(settings(Cropping.RANDOM, 1));
    try (var one = statistics.of(files.coalesce(1));
        var five = statistics.of(files.repartition(5));
        var byPath = statistics.of(files.select("path").repartition(2))) {
      assertThat(byPath.skipped()).isEqualTo(BROKEN - 1); // This source leaves out empty files.
      assertEqual(five.statistics(), one.statistics());
      assertEqual(byPath.statistics(), one.statistics());
    }
  }

  @Test
  void isOneAction() throws Exception {
    AtomicInteger jobs = new AtomicInteger();
    var listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    var context = SPARK.session().sparkContext();
    Dataset<Row> table = listed(7);
    context.addSparkListener(listener);
    try (var corpus = statistics(settings(Cropping.CENTER, 1)).of(table)) {
      assertThat(corpus.skipped()).isEqualTo(BROKEN);
      context.listenerBus().waitUntilEmpty();
      assertThat(jobs).hasValue(1);
    } finally {
      context.removeSparkListener(listener);
    }
  }

  @Test
  void groupsAreComputedInOnePass() throws IOException {
    Dataset<Row> table =
        listed(4)
            .withColumn(
                "style",
                when(col("index").equalTo(6), lit("alone"))
                    .when(col("index").equalTo(9), lit(null))
                    .when(col("index").mod(2).equalTo(0), lit("noir"))
                    .otherwise(lit("pastel")));
    List<Path> files = ImageFolder.list(photos);
    var settings = settings(Cropping.CENTER, 1);
    try (var groups = statistics(settings).groupedBy("style", table)) {
      assertThat(groups.statistics()).containsOnlyKeys("noir", "pastel");
      assertThat(groups.single()).containsExactly("alone");
      assertThat(groups.skipped()).isEqualTo(BROKEN + 1);
      for (String style : groups.statistics().keySet()) {
        List<Path> members = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
          if (i != 6 && i != 9 && (i % 2 == 0) == style.equals("noir")) {
            members.add(files.get(i));
          }
        }
        try (var alone = onOneMachine(members, settings)) {
          assertEqual(groups.statistics().get(style), alone);
        }
        assertThat(groups.statistics().get(style).provenance())
            .containsEntry("group", "style = " + style);
      }
    }
  }

  @Test
  void brokenPicturesAreListed() throws IOException {
    String folder = temporary.resolve("skipped").toString();
    Files.createDirectories(Path.of(folder));
    Files.writeString(Path.of(folder, "part-00099.json"), "{\"path\": \"of an earlier run\"}");
    Files.writeString(Path.of(folder, "notes.txt~"), "");

    Dataset<Row> table = listed(5).withColumn("year", lit(1999));
    try (var groups =
        statistics(settings(Cropping.CENTER, 1))
            .withSkippedTable(folder)
            .groupedBy("year", table)) {
      assertThat(groups.statistics()).containsOnlyKeys("1999");
    }

    List<Row> skipped =
        ClusterStatistics.skipped(SPARK.session(), folder).orderBy("path").collectAsList();
    assertThat(skipped)
        .extracting(row -> Path.of(row.<String>getAs("path")).getFileName().toString())
        .containsExactly("00-empty.png", "07-truncated.png", "zz-text.jpg");
    assertThat(skipped).allMatch(row -> row.getAs("group").equals("1999"));
    assertThat(skipped.get(0).<String>getAs("reason")).contains("00-empty.png", "is empty");
    assertThat(Path.of(folder)).isDirectoryContaining("glob:**notes.txt~");
    assertThat(Path.of(folder)).isDirectoryNotContaining("glob:**_temporary");
  }

  @Test
  void anAttemptThatFailsCountsNothingTwice() {
    Dataset<Row> table = listed(4);
    Failing.ATTEMPTS.set(0);
    JavaRDD<Row> failing = table.toJavaRDD().mapPartitions(Failing::new);
    try (var corpus =
        statistics(settings(Cropping.RANDOM, 1))
            .of(SPARK.session().createDataFrame(failing, table.schema()))) {
      assertThat(Failing.ATTEMPTS).hasValue(6);
      assertThat(corpus.skipped()).isEqualTo(BROKEN);
      assertEqual(corpus.statistics(), single);
    }
  }

  /** Rows of which the fourth does not come to the first attempt of a task, or the first two. */
  private static final class Failing implements Iterator<Row> {

    /** Tasks are copies of what is sent to them; this they all see. */
    static final AtomicInteger ATTEMPTS = new AtomicInteger();

    private final Iterator<Row> rows;
    private int given;

    Failing(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      TaskContext task = TaskContext.get();
      if (++given == 4 && task.attemptNumber() <= task.partitionId() % 2) {
        ATTEMPTS.incrementAndGet();
        throw new IllegalStateException("The node went away.");
      }
      return rows.next();
    }
  }

  @Test
  void nativeMemoryStaysFlatOverManyTasks() {
    var statistics = statistics(settings(Cropping.CENTER, 1));
    Dataset<Row> table = listed(10);
    long before = 0;
    for (int i = 0; i < 12; i++) {
      if (i == 4) {
        before = Pointer.physicalBytes();
      }
      statistics.of(table).close();
    }
    assertThat(Pointer.physicalBytes() - before).isLessThan(48L << 20);
  }

  @Test
  void badInputIsOneSentence() {
    var statistics = statistics(settings(Cropping.CENTER, 1));
    assertThatThrownBy(() -> statistics.of(SPARK.session().range(3).toDF()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "The table has neither a column 'content' with the bytes of pictures nor a column 'path'; it has id.");
    assertThatThrownBy(() -> statistics.groupedBy("style", listed(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("The table has no column 'style'; it has index, path.");
    assertThatThrownBy(() -> statistics.of(listed(2).filter("path LIKE '%zz-text%'")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("None of the 1 pictures is whole; give others.");
    assertThatThrownBy(() -> statistics.of(listed(2).filter("path LIKE '%01.png'")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least two images");
    var tooMany =
        new StatisticsSettings(
            settings(Cropping.CENTER, 1).preparation(), StatisticType.DCT_PIXEL, 100_000, 1);
    assertThatThrownBy(() -> statistics(tooMany).of(listed(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageNotContaining("SparkException")
        .message()
        .doesNotContain("\n");
  }
}
