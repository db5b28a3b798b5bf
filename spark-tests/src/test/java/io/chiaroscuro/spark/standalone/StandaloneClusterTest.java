package io.chiaroscuro.spark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the tests of this module stand on: processes that run, are killed and are replaced. */
@ExtendWith(OnCluster.class)
class StandaloneClusterTest {

  private static final int ROWS = 60;

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

  private static List<Long> squares() {
    return LongStream.range(0, ROWS).map(n -> n * n).boxed().toList();
  }

  @Test
  void aKilledExecutorIsReplacedAndNoRowIsLostOrDoubled(
      StandaloneCluster cluster, SparkSession session) {
    var kill = AfterTasks.of(session, 6, cluster::killExecutor);
    assertThat(slowSquares(session)).containsExactlyElementsOf(squares());
    kill.requireHappenedOnTheWay();
  }
}
