package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DrawsTest {

  /** The same mixing is in the JDK, whose first number from a seed is mix(seed + golden gamma). */
  @Test
  void stepsAsSplitMix64Does() {
    for (long seed : new long[] {0, 1, -1, 1L << 40}) {
      assertThat(new Draws(seed).of(0).seed()).isEqualTo(new SplittableRandom(seed).nextLong());
    }
  }

  @Test
  void drawsUniformly() {
    int[] counts = new int[10];
    for (int i = 0; i < 100_000; i++) {
      counts[new Draws(5).of("crop").of(i).below(10)]++;
    }
    // Ten standard deviations of a count.
    assertThat(Arrays.stream(counts)).allMatch(count -> Math.abs(count - 10_000) < 950);
    double mean =
        LongStream.range(0, 100_000)
            .mapToDouble(i -> new Draws(5).of(i).uniform())
            .average()
            .orElseThrow();
    assertThat(mean).isCloseTo(0.5, within(0.01));
  }

  @Test
  void permutesEveryPlaceEquallyOften() {
    int[][] counts = new int[5][5];
    for (int i = 0; i < 20_000; i++) {
      int[] order = new Draws(1).of(i).permutation(5);
      assertThat(Arrays.stream(order).sorted()).containsExactly(0, 1, 2, 3, 4);
      IntStream.range(0, 5).forEach(place -> counts[place][order[place]]++);
    }
    assertThat(Arrays.stream(counts).flatMapToInt(Arrays::stream))
        .allMatch(count -> Math.abs(count - 4_000) < 560);
  }
}
