package io.chiaroscuro.training.data;

/** Hears how far the making of a cache has come. */
@FunctionalInterface
public interface CachingProgress {

  /** Says nothing. */
  CachingProgress SILENT = (done, total) -> {};

  /**
   * @param done rows on disk or about to be
   * @param total rows needed
   */
  void at(int done, int total);
}
