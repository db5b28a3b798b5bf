package io.chiaroscuro.spark.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;

class PartialStatisticsTest {

  private static final LatentShape SHAPE = new LatentShape(4, 8, 8);

  /** Of {@code seed} images in each group. */
  private static PartialStatistics part(int seed, String... groups) {
    Map<String, byte[]> states = new HashMap<>();
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(seed)) {
      for (String group : groups) {
        try (var accumulator = LeakAccumulator.dctPixel(SHAPE, 3)) {
          accumulator.add(generator.randn(seed, 4, 8, 8));
          states.put(group, accumulator.toBytes());
        }
      }
    }
    return new PartialStatistics(states, seed);
  }

  private static void assertSame(PartialStatistics actual, PartialStatistics expected) {
    assertThat(actual.skipped()).isEqualTo(expected.skipped());
    assertThat(actual.states()).containsOnlyKeys(expected.states().keySet());
    expected
        .states()
        .forEach((group, state) -> assertThat(actual.states().get(group)).isEqualTo(state));
  }

  @Test
  void mergesInAnyOrderToTheSameBits() {
    PartialStatistics a = part(1, "noir", "pastel");
    PartialStatistics b = part(2, "noir");
    PartialStatistics c = part(3, "pastel", "sepia");

    PartialStatistics whole = a.merge(b).merge(c);

    assertThat(whole.skipped()).isEqualTo(6);
    assertThat(whole.states()).containsOnlyKeys("noir", "pastel", "sepia");
    try (var noir = LeakAccumulator.of(whole.states().get("noir"))) {
      assertThat(noir.count()).isEqualTo(3);
    }
    assertSame(c.merge(PartialStatistics.none().merge(b.merge(a))), whole);
  }

  @Test
  void isSentByWhateverTheSessionSerializesWith() {
    PartialStatistics part = part(2, "noir", "pastel");
    ClassTag<PartialStatistics> type = ClassTag.apply(PartialStatistics.class);
    SparkConf conf = new SparkConf(false);
    for (Serializer serializer :
        new Serializer[] {new JavaSerializer(conf), new KryoSerializer(conf)}) {
      var instance = serializer.newInstance();
      assertSame(instance.deserialize(instance.serialize(part, type), type), part);
    }
  }
}
