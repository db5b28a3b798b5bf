package io.chiaroscuro.training.openmoji;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The random numbers of one picture, which depend on nothing but seed, set and number: any picture
 * can be made again alone, in any order. {@link Random}'s sequence is part of Java's specification.
 */
final class Chance {

  private final Random random;

  Chance(long seed, String set, long number) {
    this.random = new Random(mixed(mixed(mixed(seed) + set.hashCode()) + number));
  }

  /** SplitMix64's finalizer (Steele, Lea and Flood 2014): neighbouring numbers become unlike. */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  boolean in(double share) {
    return random.nextDouble() < share;
  }

  double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  <T> List<T> shuffled(List<T> ordered) {
    List<T> shuffled = new ArrayList<>(ordered);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }
}
