package io.chiaroscuro.cli;

import io.chiaroscuro.hub.DownloadListener;
import io.chiaroscuro.hub.ModelName;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows how a download goes, in megabytes. */
final class FetchProgress implements DownloadListener {

  private static final long MEGA = 1_000_000;

  private final PrintWriter err;
  private Progress progress;
  private long bytes;
  private long shown;

  FetchProgress(PrintWriter err) {
    this.err = err;
  }

  /** A size in bytes, as people read it. */
  static String size(long bytes) {
    return bytes < 1000 * MEGA
        ? String.format(Locale.ROOT, "%.1f MB", (double) bytes / MEGA)
        : String.format(Locale.ROOT, "%.2f GB", bytes / (1000.0 * MEGA));
  }

  @Override
  public void begins(ModelName name, int files, long total) {
    err.printf(
        "Fetching %s: %s, %s.%n", name, files == 1 ? "1 file" : files + " files", size(total));
    bytes = 0;
    shown = 0;
    progress = Progress.start("Fetching (MB)", (total + MEGA - 1) / MEGA, err);
  }

  @Override
  public void received(long more) {
    bytes += more;
    long megabytes = bytes / MEGA;
    if (progress != null && megabytes != shown) {
      progress.step(megabytes - shown, "");
      shown = megabytes;
    }
  }

  @Override
  public void ends() {
    progress.close();
    progress = null;
  }

  @Override
  public void says(String sentence) {
    if (progress == null) {
      err.println(sentence);
    } else {
      progress.say(sentence);
    }
  }
}
