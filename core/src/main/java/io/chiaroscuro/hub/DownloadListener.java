package io.chiaroscuro.hub;

/** Hears how a download goes. */
public interface DownloadListener {

  /** Does not listen. */
  DownloadListener NONE = new DownloadListener() {};

  /**
   * Something is missing and comes now; {@link #ends} follows.
   *
   * @param files how many
   * @param bytes how many are still to come
   */
  default void begins(ModelName name, int files, long bytes) {}

  /**
   * So much more has arrived.
   *
   * @param bytes below zero where some turned out to be useless
   */
  default void received(long bytes) {}

  /** All has arrived, or no more will. */
  default void ends() {}

  /** Something the user may want to know, in one sentence. */
  default void says(String sentence) {}
}
