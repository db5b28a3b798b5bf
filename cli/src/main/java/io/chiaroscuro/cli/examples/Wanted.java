package io.chiaroscuro.cli.examples;

import io.chiaroscuro.leak.SignalLeak;
import java.util.Optional;

/**
 * A picture that an example needs.
 *
 * @param name of its file, without suffix
 * @param seed of its latents; that of its leak is the complement, since the same numbers would make
 *     both dependent
 * @param shows what
 * @param leak where there is one
 */
record Wanted(String name, long seed, Shows shows, Optional<SignalLeak> leak) {

  /** What a picture shows, in the words of {@code generate --compare}. */
  enum Shows {
    /** The initial latents without leak, decoded. */
    INITIAL("initial", false),
    /** A picture from these. */
    WITHOUT("without", true),
    /** The leak, decoded. */
    LEAK("leak", false),
    /** A picture from both. */
    WITH("with", true);

    private final String text;
    private final boolean generated;

    Shows(String text, boolean generated) {
      this.text = text;
      this.generated = generated;
    }

    /** Whether it takes denoising. */
    boolean isGenerated() {
      return generated;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static Wanted without(long seed, Shows shows) {
    return new Wanted("seed-%d-%s".formatted(seed, shows), seed, shows, Optional.empty());
  }

  static Wanted with(long seed, Shows shows, SignalLeak leak) {
    return new Wanted("seed-%d-%s".formatted(seed, shows), seed, shows, Optional.of(leak));
  }

  long leakSeed() {
    return ~seed;
  }
}
