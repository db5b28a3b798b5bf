package io.chiaroscuro.leak;

/**
 * One coefficient of the orthonormal DCT of one channel.
 *
 * @param channel latent channel, from 0
 * @param frequency its place in the spectrum
 */
public record Component(int channel, Frequency frequency) {

  public Component(int channel, int u, int v) {
    this(channel, new Frequency(u, v));
  }

  /** For example {@code 0,1,2}: channel, u, v. */
  @Override
  public String toString() {
    return "%d,%d,%d".formatted(channel, frequency.u(), frequency.v());
  }
}
