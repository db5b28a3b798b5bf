package io.chiaroscuro.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.HealthTracker;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSessionTest {

  private static SparkConf configured(String master, SparkConf conf) {
    return new ClusterSession("test", Optional.of(master), 2).configure(conf);
  }

  @Test
  void tasksComputeWithAsManyThreadsAsTheyHaveCores() throws Exception {
    int before = torch.get_num_threads();
    try (var session = new ClusterSession("test", Optional.of("local[4]"), 2).open();
        var context = new JavaSparkContext(session.sparkContext())) {
      List<Integer> threads =
          context
              .parallelize(IntStream.range(0, 6).boxed().toList(), 6)
              .map(
                  i -> {
                    TaskThreads.limit();
                    return torch.get_num_threads();
                  })
              .collect();
      assertThat(threads).hasSize(6).containsOnly(2);
    } finally {
      torch.set_num_threads(before);
    }
  }

  @Test
  void executorsGetTheirThreadsBeforeTheyStartAndOurJars() {
    SparkConf conf = configured("spark://host:7077", new SparkConf(false));

    assertThat(conf.get("spark.executorEnv.OMP_NUM_THREADS")).isEqualTo("2");
    assertThat(conf.get("spark.excludeOnFailure.enabled")).isEqualTo("true");
    assertThat(conf.get("spark.jars").split(","))
        .allMatch(jar -> jar.startsWith("file:") && jar.endsWith(".jar"))
        .anyMatch(jar -> jar.contains("pytorch"));
  }

  @Test
  void whatTheUserSaysGoesFirst() {
    SparkConf conf =
        configured(
            "spark://host:7077",
            new SparkConf(false)
                .set("spark.task.cpus", "5")
                .set("spark.executor.extraJavaOptions", "-Xss2m")
                .set("spark.jars", "s3a://bucket/chiaroscuro.jar")
                .set("spark.ui.enabled", "true"));

    assertThat(conf.get("spark.task.cpus")).isEqualTo("5");
    assertThat(conf.get("spark.executorEnv.OMP_NUM_THREADS")).isEqualTo("5");
    assertThat(conf.get("spark.jars")).isEqualTo("s3a://bucket/chiaroscuro.jar");
    assertThat(conf.get("spark.ui.enabled")).isEqualTo("true");
    assertThat(conf.get("spark.executor.extraJavaOptions"))
        .contains("maxPhysicalBytes=0")
        .endsWith(" -Xss2m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "4", "8", "20"})
  void sparkAcceptsTheSettingsForBrokenNodes(String maxFailures) {
    SparkConf conf =
        configured(
            "spark://host:7077", new SparkConf(false).set("spark.task.maxFailures", maxFailures));

    boolean several = Integer.parseInt(maxFailures) > 2;
    assertThat(HealthTracker.isExcludeOnFailureEnabled(conf)).isEqualTo(several);
    if (several) {
      HealthTracker.validateExcludeOnFailureConfs(conf);
    }
  }

  @Test
  void aLocalMasterNeedsNoJarsAndMayTryAgainWhereItFailed() {
    SparkConf conf = configured("local[2]", new SparkConf(false));

    assertThat(conf.contains("spark.jars")).isFalse();
    assertThat(conf.contains("spark.excludeOnFailure.enabled")).isFalse();
  }

  @Test
  void aMasterAndThreadsAreNeeded() {
    assertThatThrownBy(() -> new ClusterSession("test", Optional.empty(), 1).open())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("local[*]");
    assertThatThrownBy(() -> new ClusterSession("test", Optional.empty(), 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("give 1 or more");
  }
}
