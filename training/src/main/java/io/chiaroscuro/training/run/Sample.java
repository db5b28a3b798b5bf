package io.chiaroscuro.training.run;

import io.chiaroscuro.image.RgbImage;

/**
 * A picture that shows how far a run has come.
 *
 * @param caption what it was asked to show
 */
public record Sample(String caption, RgbImage image) {}
