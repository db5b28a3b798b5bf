package io.chiaroscuro.training.data;

/**
 * Random numbers as a function of a seed and of what they are for, in no order: {@code new
 * Draws(seed).of("crop").of(epoch).of(index).below(n)} is the same number whatever was drawn
 * before. A generator's state would have to be saved, and shared between processes.
 *
 * <p>Each step is one of SplitMix64's (<a href="https://doi.org/10.1145/2660193.2660195">Steele,
 * Lea and Flood 2014</a>), so different coordinates of one seed never meet.
 *
 * @param seed any number
 */
public record Draws(long seed) {

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  /** The draws for the {@code coordinate}-th of something. */
  public Draws of(long coordinate) {
    return new Draws(mix(seed + (coordinate + 1) * GOLDEN_GAMMA));
  }

  /** The draws for a purpose, independent of those for others. */
  public Draws of(String purpose) {
    return of((long) purpose.hashCode());
  }

  /** Uniform in [0, 1), with 53 bits. */
  public double uniform() {
    return (mix(seed) >>> 11) * 0x1p-53;
  }

  /**
   * Uniform in {@code 0..bound-1}, to within {@code bound / 2^32}.
   *
   * @param bound at least 1
   */
  public int below(int bound) {
    return (int) ((mix(seed) >>> 32) * bound >>> 32);
  }

  /** The numbers {@code 0..size-1} in random order (Fisher and Yates' shuffle). */
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = of(i).below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
