package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.cli.Chiaroscuro;
import io.chiaroscuro.file.FileHash;
import io.chiaroscuro.fixtures.ChildJvm;
import io.chiaroscuro.spark.cluster.ClusterCheckpoint;
import io.chiaroscuro.spark.generation.ClusterGeneration;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pictures that a cluster makes while it falls apart, against those of one machine. */
@ExtendWith(OnCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GenerationOnClusterTest {

  private static final int PICTURES = 20;

  private static final List<String> ORDERS =
      IntStream.range(0, PICTURES)
          .mapToObj(
              "{\"prompt\": \"a red apple\", \"seed\": %d, \"num_inference_steps\": 2}"::formatted)
          .toList();

  private Path folder;
  private Map<String, String> ofOneMachine;

  @BeforeAll
  void makeOnOneMachine(@TempDir Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    Path orders = Files.write(folder.resolve("orders.jsonl"), ORDERS);
    Path made = folder.resolve("made-by-one-machine");
    var program =
        new ProcessBuilder(
                ChildJvm.command(
                    Chiaroscuro.class, "generate", "--prompts=" + orders, "--output-dir=" + made))
            .inheritIO();
    program.environment().put("OMP_NUM_THREADS", "1"); // As a task has.
    assertThat(program.start().waitFor()).isZero();
    Files.delete(made.resolve("results.jsonl"));
    ofOneMachine = files(made);
    assertThat(ofOneMachine).hasSize(PICTURES);
  }

  /** All that is there with all its bytes, but for what a killed task has begun. */
  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.toList()) {
        String name = path.getFileName().toString();
        if (!name.startsWith(".")) {
          files.put(name, FileHash.of(path));
        }
      }
    }
    return files;
  }

  @ParameterizedTest
  @EnumSource
  void areThereOnceAndToTheLastBit(
      Misfortune misfortune, StandaloneCluster cluster, SparkSession session) throws IOException {
    Path out = folder.resolve(misfortune.name());
    Dataset<Row> orders =
        session.read().json(session.createDataset(ORDERS, Encoders.STRING())).repartition(PICTURES);
    var generation = new ClusterGeneration(ClusterCheckpoint.embedded(), Device.CPU, DType.FLOAT32);
    List<Row> rows =
        misfortune.during(
            cluster, session, () -> generation.files(orders, out.toString()).collectAsList());
    assertThat(rows).extracting(row -> row.getAs("failure")).containsOnlyNulls();
    assertThat(rows)
        .extracting(row -> row.<String>getAs("name"))
        .containsExactlyInAnyOrderElementsOf(ofOneMachine.keySet());
    assertThat(files(out)).isEqualTo(ofOneMachine);
  }
}
