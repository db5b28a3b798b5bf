package io.chiaroscuro.training.openmoji;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Words that ask for an emoji, of the kind that the training set has.
 *
 * @param emoji what is asked for
 * @param text silent about the background
 */
public record Caption(Emoji emoji, String text) {

  /**
   * Draws captions, each emoji once in a round.
   *
   * @param emoji at least one
   */
  public static List<Caption> draw(List<Emoji> emoji, int count, long seed) {
    return IntStream.range(0, count)
        .mapToObj(
            number -> {
              int round = number / emoji.size();
              List<Emoji> order = new Chance(seed, "caption round", round).shuffled(emoji);
              Emoji one = order.get(number % emoji.size());
              return new Caption(one, Captions.of(one, new Chance(seed, "caption", number)));
            })
        .toList();
  }
}
