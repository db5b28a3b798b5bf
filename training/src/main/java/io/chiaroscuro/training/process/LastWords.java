package io.chiaroscuro.training.process;

import java.io.BufferedReader;
import java.io.IOException;

/**
 * The last message that a process wrote to its standard error; the indented lines of stacks are
 * none.
 */
final class LastWords {

  private final Thread reader;
  private volatile String last = "";

  LastWords(BufferedReader lines) {
    reader = new Thread(() -> read(lines), "last words");
    reader.setDaemon(true);
    reader.start();
  }

  private void read(BufferedReader lines) {
    try (lines) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !Character.isWhitespace(line.charAt(0))) {
          last = line.strip();
        }
      }
    } catch (IOException e) {
      // The process is gone; what it said so far is what there is.
    }
  }

  /** Waits for the end of the process's output. */
  String get() throws InterruptedException {
    reader.join();
    return last;
  }
}
