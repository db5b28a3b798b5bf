package io.chiaroscuro.training.data;

import java.util.List;

/**
 * Where the pictures of a batch come from, in the form that training takes them.
 *
 * @param <T> a tensor of pixels, or the distribution of their latents
 */
public interface Pictures<T> extends AutoCloseable {

  /**
   * The pictures in these places, stacked in this order; kept in the caller's scope.
   *
   * @param places all in one bucket
   * @throws io.chiaroscuro.InvalidInputException naming the file, if a picture is missing or broken
   */
  T load(List<Place> places);

  /** Says what will be asked for next, so that it can be made ready meanwhile. */
  default void announce(List<Place> places) {}

  @Override
  void close();
}
