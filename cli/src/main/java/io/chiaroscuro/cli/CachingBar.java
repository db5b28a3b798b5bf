package io.chiaroscuro.cli;

import io.chiaroscuro.training.data.CachingProgress;
import picocli.CommandLine;

/** A progress bar that begins when it is known how much there is to do, if there is anything. */
final class CachingBar implements CachingProgress, AutoCloseable {

  private final String task;
  private final CommandLine command;
  private Progress progress;
  private int done;

  CachingBar(String task, CommandLine command) {
    this.task = task;
    this.command = command;
  }

  @Override
  public void at(int nowDone, int total) {
    if (progress == null) {
      progress = Progress.start(task, total, command.getErr());
    }
    progress.step(nowDone - done, "");
    done = nowDone;
    if (done == total) {
      close();
    }
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
    progress = null;
    done = 0;
  }
}
