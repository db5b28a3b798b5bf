package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of this module stand on: processes that run, are killed and are replaced. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StandaloneClusterTest {

  private static final int ROWS = 60;

  private StandaloneCluster cluster;

  @BeforeAll
  void start(@TempDir Path folder) {
    cluster = StandaloneCluster.start(folder).withWorkers(3);
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  private static SparkSession session(String master) {
    return SparkSession.builder()
        .master(master)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", false)
        .config("spark.executor.memory", "512m")
        .config("spark.executor.extraClassPath", classes())
        .getOrCreate();
  }

  private static String classes() {
    return StandaloneClusterTest.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .getPath();
  }

  private static List<Long> slowSquares(SparkSession session) {
    return session
        .range(0, ROWS, 1, 20)
        .map(
            (MapFunction<Long, Long>)
                n -> {
                  Thread.sleep(50);
                  return n * n;
                },
            Encoders.LONG())
        .collectAsList();
  }

  @Test
  void aKilledExecutorIsReplacedAndNoRowIsLostOrDoubled() throws IOException {
    try (var session = session(cluster.url())) {
      Set<Long> killed = new HashSet<>();
      var kill =
          AfterTasks.of(
              session,
              6,
              () -> {
                ProcessHandle executor = cluster.workers().get(0).executors().get(0);
                killed.add(executor.pid());
                executor.destroyForcibly();
              });
      assertThat(slowSquares(session))
          .containsExactlyElementsOf(LongStream.range(0, ROWS).map(n -> n * n).boxed().toList());
      kill.requireHappened();
      assertThat(kill.failedTasks()).isPositive();
      assertThat(killed).hasSize(1);
    }
  }
}
