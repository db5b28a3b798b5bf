package io.chiaroscuro.training.data;

/**
 * A picture's turn in a run. All that is random about it (crop, mirroring, lost caption) depends on
 * this and the seed alone.
 *
 * @param epoch how often the picture's turn has come before
 * @param index of the picture in the data set
 */
public record Place(long epoch, int index) {}
