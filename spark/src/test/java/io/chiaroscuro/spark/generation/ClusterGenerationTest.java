package io.chiaroscuro.spark.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.order.LeakSettings;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.order.PictureSettings;
import io.chiaroscuro.order.SamplerSettings;
import io.chiaroscuro.spark.LocalSpark;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.sql.ChiaroscuroExtensions;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** On the model inside. */
class ClusterGenerationTest {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static SingleMachine machine;
  private static ClusterGeneration generation;

  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    Assumptions.assumeTrue(EmbeddedModel.ofThisBuild().isPresent());
    machine = new SingleMachine();
    generation = new ClusterGeneration(ClusterCheckpoint.embedded(), Device.CPU, DType.FLOAT32);
  }

  @AfterAll
  static void close() {
    if (machine != null) {
      machine.close();
    }
  }

  /** A table of JSON objects with few steps. */
  private static Dataset<Row> orders(String... lines) {
    return SPARK
        .session()
        .read()
        .json(SPARK.session().createDataset(List.of(lines), Encoders.STRING()))
        .withColumn("steps", functions.lit(SingleMachine.STEPS));
  }

  @Test
  void aPictureIsThatOfASingleMachineToTheLastBit() {
    List<Row> rows =
        generation
            .pictures(
                orders(
                        "{\"prompt\": \"a red apple\", \"seed\": 3}",
                        "{\"prompt\": \"a (dark:1.3) house\", \"seed\": 4, \"scheduler\": \"euler_ancestral\", \"count\": 2}",
                        "{\"prompt\": \"a tree\", \"seed\": 6, \"output_name\": \"tree\", \"leak\": \"%s\"}"
                            .formatted(EmbeddedModel.ofThisBuild().leak()))
                    .repartition(3))
            .collectAsList()
            .stream()
            .sorted((a, b) -> Long.compare(a.getAs("seed"), b.getAs("seed")))
            .toList();
    assertThat(rows).hasSize(4);
    assertThat(rows).extracting(row -> row.getAs("failure")).containsOnlyNulls();
    assertThat(rows.get(0).<byte[]>getAs("png")).isEqualTo(machine.without("a red apple", 3, null));
    for (int i = 1; i <= 2; i++) {
      assertThat(rows.get(i).<byte[]>getAs("png"))
          .isEqualTo(machine.without("a (dark:1.3) house", 3 + i, "euler_ancestral"));
    }
    assertThat(rows.get(3).<byte[]>getAs("png")).isEqualTo(machine.with("a tree", 6));
    assertThat(rows.get(3).<String>getAs("name")).isEqualTo("tree.png");
    assertThat(rows.get(0).<String>getAs("name")).matches("a-red-apple-seed-3-[0-9a-f]{8}\\.png");
    for (Row row : rows) {
      Histogram pixels = Histogram.of(ImageDecoder.decode(row.<byte[]>getAs("png"), "test"));
      assertThat(row.<Double>getAs("brightness")).isEqualTo(pixels.mean());
      assertThat(row.<Double>getAs("deviation")).isEqualTo(pixels.standardDeviation());
    }
  }

  @Test
  void filesAreThePicturesOfTheTableAndMadeOnce() throws IOException {
    Dataset<Row> orders =
        orders(
                "{\"prompt\": \"a red apple\", \"seed\": 3}",
                "{\"prompt\": \"a tree\", \"seed\": 5, \"output_name\": \"tree\", \"mean_color\": \"#203040\"}")
            .coalesce(1);
    Path out = folder.resolve("out put");
    Dataset<Row> files = generation.files(orders, out.toString());
    List<Row> rows = files.collectAsList();
    List<Row> table = generation.pictures(orders).collectAsList();
    for (int i = 0; i < 2; i++) {
      Path file = file(rows.get(i));
      assertThat(file).hasBinaryContent(table.get(i).<byte[]>getAs("png"));
      assertThat(file.getFileName()).hasToString(table.get(i).<String>getAs("name"));
      assertThat(rows.get(i).<Double>getAs("brightness"))
          .isEqualTo(table.get(i).<Double>getAs("brightness"));
    }
    Map<String, FileTime> before = times(out);
    assertThat(before).hasSize(2).containsKey("tree.png");
    assertThat(files.collectAsList()).isEqualTo(rows);
    assertThat(times(out)).isEqualTo(before);
  }

  /** As Hadoop writes a path. */
  private static Path file(Row row) {
    return Path.of(row.<String>getAs("file").replaceFirst("^file:", ""));
  }

  /** All that is there, hidden or not. */
  private static Map<String, FileTime> times(Path folder) throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        times.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  /** Each task fails twice: before its second order, then before its third. */
  @Test
  void attemptsThatFailLoseAndDoubleNothing() throws IOException {
    Dataset<Row> orders =
        orders(
                IntStream.range(0, 6)
                    .mapToObj("{\"prompt\": \"a tree\", \"seed\": %d}"::formatted)
                    .toArray(String[]::new))
            .repartition(2);
    Dataset<Row> failing =
        orders.mapPartitions(
            (MapPartitionsFunction<Row, Row>) ClusterGenerationTest::failing,
            Encoders.row(orders.schema()));
    List<Row> rows = generation.files(failing, folder.toString()).collectAsList();
    assertThat(rows)
        .extracting(row -> row.<Long>getAs("seed"))
        .containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(times(folder)).hasSize(6);
    for (Row row : rows) {
      assertThat(row.<String>getAs("failure")).isNull();
      assertThat(file(row))
          .hasBinaryContent(machine.without("a tree", row.<Long>getAs("seed"), null));
    }
  }

  private static Iterator<Row> failing(Iterator<Row> rows) {
    int attempt = TaskContext.get().attemptNumber();
    return new Iterator<>() {
      private int given;

      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        if (attempt < 2 && given++ > attempt) {
          throw new IllegalStateException("This attempt was to fail.");
        }
        return rows.next();
      }
    };
  }

  /** Speculation needs several machines, but three jobs are attempts at the same time as well. */
  @Test
  void attemptsAtTheSameTimeGiveOnePicture() throws IOException {
    Dataset<Row> files =
        generation.files(
            orders("{\"prompt\": \"a tree\", \"seed\": 1}", "{\"prompt\": \"a tree\", \"seed\": 2}")
                .coalesce(1),
            folder.toString());
    List<CompletableFuture<List<Row>>> jobs =
        IntStream.range(0, 3)
            .mapToObj(i -> CompletableFuture.supplyAsync(files::collectAsList))
            .toList();
    List<Row> rows = jobs.get(0).join();
    assertThat(rows).hasSize(2);
    assertThat(rows).extracting(row -> row.getAs("failure")).containsOnlyNulls();
    assertThat(jobs).allSatisfy(job -> assertThat(job.join()).isEqualTo(rows));
    assertThat(times(folder)).hasSize(2);
    assertThat(file(rows.get(0))).hasBinaryContent(machine.without("a tree", 1, null));
  }

  @Test
  void aJobThatWasStoppedGoesOn() throws Exception {
    Dataset<Row> files =
        generation.files(
            orders(
                    IntStream.range(0, 8)
                        .mapToObj("{\"prompt\": \"a tree\", \"seed\": %d}"::formatted)
                        .toArray(String[]::new))
                .coalesce(1),
            folder.toString());
    CompletableFuture<List<Row>> stopped =
        CompletableFuture.supplyAsync(
            () -> {
              SPARK.session().sparkContext().setJobGroup("stopped", "to be stopped", false);
              return files.collectAsList();
            });
    while (times(folder).isEmpty()) {
      assertThat(stopped).isNotDone();
      Thread.sleep(5);
    }
    SPARK.session().sparkContext().cancelJobGroup("stopped");
    assertThatThrownBy(stopped::join).hasMessageContaining("cancelled");
    Map<String, FileTime> before = times(folder);
    before.keySet().removeIf(name -> name.startsWith("."));
    assertThat(before).hasSizeLessThan(8);
    List<Row> rows = files.collectAsList();
    assertThat(rows).extracting(row -> row.getAs("failure")).containsOnlyNulls();
    assertThat(times(folder)).containsAllEntriesOf(before).hasSize(8);
    assertThat(file(rows.get(0))).hasBinaryContent(machine.without("a tree", 0, null));
  }

  @Test
  void whatCannotBeMadeSaysSoInItsRow() {
    List<Row> rows =
        generation
            .keeping("prompt")
            .pictures(
                orders(
                        "{\"prompt\": \"a tree\", \"seed\": 1, \"output_name\": \"tree\"}",
                        "{\"prompt\": null, \"seed\": 2}",
                        "{\"prompt\": \"odd\", \"seed\": 3, \"width\": 101}",
                        "{\"prompt\": \"unknown\", \"seed\": 4, \"scheduler\": \"magic\"}",
                        "{\"prompt\": \"a (night:%s)\", \"seed\": 5, \"output_name\": \"night\"}"
                            .formatted("9".repeat(50)),
                        "{\"prompt\": \"nowhere\", \"seed\": 6, \"leak\": \"nowhere/at-all\"}",
                        "{\"prompt\": \"text\", \"seed\": 7, \"leak_channel\": [\"0:1\"]}",
                        "{\"prompt\": \"folder\", \"seed\": 8, \"output_name\": \"a/b\"}",
                        "{\"prompt\": \"huge\", \"seed\": 9, \"width\": 8000000000}",
                        "{\"prompt\": \"null\", \"seed\": 10, \"leak_channel\": [null]}",
                        "{\"prompt\": \"option\", \"seed\": 11, \"scheduler_option\": \"eta\"}")
                    .coalesce(1))
            .collectAsList();
    assertThat(rows).hasSize(11);
    assertThat(rows.get(0).<String>getAs("failure")).isNull();
    assertThat(rows.get(0).<String>getAs("prompt")).isEqualTo("a tree");
    assertThat(rows.get(4).<String>getAs("name")).isEqualTo("night.png");
    assertThat(rows.get(4).<Long>getAs("seed")).isEqualTo(5);
    for (Row row : rows.subList(1, 11)) {
      assertThat(row.<byte[]>getAs("png")).isNull();
      assertThat(row.<Double>getAs("brightness")).isNull();
    }
    List<String> failures = rows.stream().map(row -> row.<String>getAs("failure")).toList();
    assertThat(failures.get(1)).contains("no prompt");
    assertThat(failures.get(2)).contains("101x128", "multiples of");
    assertThat(failures.get(3)).contains("'magic'");
    assertThat(failures.get(4)).contains("leave no finite");
    assertThat(failures.get(5)).contains("no 'nowhere/at-all'", "every node");
    assertThat(failures.get(6)).contains("'0:1'");
    assertThat(failures.get(7)).contains("'a/b' is no name of a file");
    assertThat(failures.get(8)).contains("'width' is 8000000000");
    assertThat(failures.get(9)).contains("'leak_channel' holds null");
    assertThat(failures.get(10)).contains("'eta' has no value");
  }

  @Test
  void oneNameIsOnePicture() throws IOException {
    Dataset<Row> files =
        generation.files(
            orders(
                    "{\"prompt\": \"a tree\", \"seed\": 1, \"output_name\": \"tree\"}",
                    "{\"prompt\": \"a tree\", \"seed\": 2, \"output_name\": \"tree\"}",
                    "{\"prompt\": \"a house\", \"output_name\": \"house\"}")
                .coalesce(1),
            folder.toString());
    byte[] broken = {1, 2, 3};
    Files.write(folder.resolve("house.png"), broken);
    List<Row> rows = files.collectAsList();
    assertThat(file(rows.get(0))).hasBinaryContent(machine.without("a tree", 1, null));
    assertThat(rows.get(1).<String>getAs("failure"))
        .contains("tree.png is there already", "seed was '1' and is now '2'");
    assertThat(rows.get(2).<String>getAs("failure")).contains("it is no whole PNG");
    assertThat(folder.resolve("house.png")).hasBinaryContent(broken);
  }

  @Test
  void ordersOfAProgramAreATable() {
    var order =
        new PictureOrder(
            new PictureSettings(
                "a tree",
                "",
                "weighted",
                null,
                null,
                SingleMachine.STEPS,
                null,
                0,
                0,
                new SamplerSettings("ddim", Map.of("timestep_spacing", "trailing"), 0.5)),
            LeakSettings.NONE,
            7,
            1,
            null);
    Row row = generation.pictures(OrderTable.of(SPARK.session(), List.of(order))).head();
    assertThat(PngFile.readText(row.<byte[]>getAs("png"), "test"))
        .containsEntry("prompt", "a tree")
        .containsEntry("seed", "7")
        .containsEntry("shows", "without")
        .hasEntrySatisfying(
            "scheduler_config",
            config -> assertThat(config).contains("eta=0.5", "timestep_spacing=trailing"));
  }

  @Test
  void sqlMakesPictures() {
    ChiaroscuroExtensions.register(SPARK.session(), generation);
    orders("{\"prompt\": \"a tree\", \"seed\": 1}", "{\"prompt\": \"a tree\", \"seed\": 2}")
        .createOrReplaceTempView("orders");
    List<Row> rows =
        SPARK
            .session()
            .sql(
                "SELECT picture.*, brightness(picture.png) AS measured"
                    + " FROM (SELECT generate(struct(prompt, seed, steps)) AS picture FROM orders)"
                    + " ORDER BY seed")
            .collectAsList();
    assertThat(rows).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(rows.get(i).<byte[]>getAs("png"))
          .isEqualTo(machine.without("a tree", i + 1, null));
      assertThat(rows.get(i).<Double>getAs("measured"))
          .isEqualTo(rows.get(i).<Double>getAs("brightness"));
    }
    Row several =
        SPARK
            .session()
            .sql(
                "SELECT p.failure FROM (SELECT generate(struct(prompt, 3 AS count)) AS p FROM orders)")
            .head();
    assertThat(several.getString(0)).contains("one picture, not 3");
  }

  @Test
  void aTableThatCannotBeMeantIsRefusedBeforeAnyTask() {
    refused(orders("{\"sead\": 1, \"prompt\": \"a\"}"), "'sead' is no key", "seed, count");
    refused(orders("{\"seed\": 1}"), "no column 'prompt'");
    refused(
        orders("{\"prompt\": \"a\", \"seed\": 1.5}"), "'seed' needs a whole number, not double");
    refused(orders("{\"prompt\": 5}"), "'prompt' needs a text, not bigint");
    refused(orders("{\"prompt\": \"a\", \"leak_channel\": [1]}"), "an array of texts");
    refused(orders("{\"prompt\": \"a\", \"num_inference_steps\": 2}"), "under two names");
    assertThatThrownBy(() -> generation.keeping("id").pictures(orders("{\"prompt\": \"a\"}")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no column 'id'");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Dataset<Row> orders = orders("{\"prompt\": \"a\"}");
    assertThatThrownBy(() -> generation.files(orders, file.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("Cannot write into", "choose another folder");
  }

  private static void refused(Dataset<Row> orders, String... words) {
    assertThatThrownBy(() -> generation.pictures(orders))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void statisticsThatTheDriverAloneHasAreSent() throws IOException {
    Path leak = folder.resolve("leak");
    Files.createDirectories(leak);
    List<Path> copies;
    try (Stream<Path> files = Files.list(EmbeddedModel.ofThisBuild().leak())) {
      for (Path file : files.toList()) {
        Files.copy(file, leak.resolve(file.getFileName()));
      }
    }
    ClusterGeneration sending = generation.sending(leak);
    try (Stream<Path> files = Files.list(leak)) {
      copies = files.toList();
    }
    for (Path copy : copies) {
      Files.delete(copy);
    }
    Row row =
        sending
            .pictures(
                orders("{\"prompt\": \"a tree\", \"seed\": 5, \"leak\": \"%s\"}".formatted(leak)))
            .head();
    byte[] png = row.getAs("png");
    assertThat(ImageDecoder.decode(png, "test").rgb())
        .isEqualTo(ImageDecoder.decode(machine.with("a tree", 5), "test").rgb());
    assertThat(PngFile.readText(png, "test")).containsEntry("leak", leak.toString());
  }
}
