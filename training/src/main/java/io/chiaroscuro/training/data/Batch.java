package io.chiaroscuro.training.data;

import java.util.List;

/**
 * What one step of one process learns from.
 *
 * @param number of the batch in the run, from 0
 * @param places whose turn it is; a process's share of the whole batch
 * @param pictures stacked in that order, in the scope of whoever asked for the batch
 * @param captions in that order; empty where they were dropped
 */
public record Batch<T>(long number, List<Place> places, T pictures, List<String> captions) {

  public Batch {
    places = List.copyOf(places);
    captions = List.copyOf(captions);
  }
}
