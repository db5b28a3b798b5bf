package io.chiaroscuro.training.evaluation;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.training.openmoji.Caption;
import io.chiaroscuro.training.openmoji.Emoji;
import java.util.List;

/**
 * A generated picture and what it was taken for.
 *
 * @param caption what was asked for
 * @param seed of its noise
 * @param ranking all emoji, the likeliest first
 */
public record JudgedPicture(Caption caption, long seed, RgbImage image, List<Emoji> ranking) {

  /** The place of what was asked for, 1 for the likeliest. */
  public int place() {
    return ranking.indexOf(caption.emoji()) + 1;
  }

  /** The part of the pictures that have what was asked for among their first {@code places}. */
  public static double recognised(List<JudgedPicture> pictures, int places) {
    return pictures.stream()
        .mapToInt(picture -> picture.place() <= places ? 1 : 0)
        .average()
        .orElseThrow();
  }
}
