package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;

/**
 * Some captions are withheld, which teaches the unconditional prediction that guidance needs (<a
 * href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>): kohya's {@code
 * caption_dropout_rate}, diffusers' {@code --proportion_empty_prompts}.
 *
 * @param rate probability that a caption becomes empty, 0..1
 * @param seed of the choice
 */
public record CaptionDropout(double rate, long seed) {

  /** Every caption stays. */
  public static final CaptionDropout NONE = new CaptionDropout(0, 0);

  public CaptionDropout {
    if (!(rate >= 0 && rate <= 1)) {
      throw new InvalidInputException(
          "caption_dropout_rate is %s; give a probability from 0 to 1.".formatted(rate));
    }
  }

  /** The caption, or nothing. */
  public String caption(String caption, Place place) {
    boolean dropped =
        new Draws(seed).of("caption").of(place.epoch()).of(place.index()).uniform() < rate;
    return dropped ? "" : caption;
  }
}
