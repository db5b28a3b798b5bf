package io.chiaroscuro.training.openmoji;

import io.chiaroscuro.image.RgbImage;
import java.util.Optional;

/**
 * A picture to learn from.
 *
 * @param emoji what is drawn; empty for a background alone
 */
public record CaptionedPicture(
    RgbImage image, String text, Optional<Emoji> emoji, Background background) {}
