package io.chiaroscuro.cli;

import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a long task is, how fast it goes and when it will be done: a bar on a terminal, otherwise
 * a line every ten seconds. Threads may share one.
 *
 * <pre>{@code
 * try (var progress = Progress.start("Encoding", images.size(), err)) {
 *   progress.step();
 *   progress.step(4, "loss 0.1");
 * }
 * }</pre>
 */
interface Progress extends AutoCloseable {

  /** The width of the terminal that standard error is; set by the launcher where it is one. */
  String COLUMNS = "chiaroscuro.columns";

  /** Begins a task of {@code total} steps; what it has to say goes to {@code err}. */
  static Progress start(String task, long total, PrintWriter err) {
    return resume(task, 0, total, err);
  }

  /** As {@link #start}, where {@code done} of the steps were taken in an earlier run. */
  static Progress resume(String task, long done, long total, PrintWriter err) {
    Integer columns = Integer.getInteger(COLUMNS);
    return columns == null
        ? new Lines(task, done, total, err, System::nanoTime)
        : new Bar(task, done, total, err, Math.max(40, columns - 1));
  }

  /** One step more is done. */
  default void step() {
    step(1, "");
  }

  /** {@code n} steps more are done; {@code note} stands behind the bar until the next. */
  void step(long n, String note);

  /** Prints a line of its own without spoiling the bar. */
  void say(String line);

  @Override
  void close();

  /** Redraws one line of a terminal. */
  final class Bar implements Progress {

    private static final String ERASE_LINE = "\r\033[K";
    private static final int REDRAW_MILLIS = 200;

    private final PrintWriter err;
    private final ProgressBar bar;

    Bar(String task, long done, long total, PrintWriter err, int columns) {
      this.err = err;
      this.bar =
          ProgressBar.builder()
              .setTaskName(task)
              .setInitialMax(total)
              .startsFrom(done, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              .continuousUpdate()
              .showSpeed(new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)))
              .setConsumer(new DelegatingProgressBarConsumer(this::draw, columns))
              .build();
    }

    private void draw(String line) {
      synchronized (err) {
        err.print(ERASE_LINE + line.strip());
        err.flush();
      }
    }

    @Override
    public void step(long n, String note) {
      bar.setExtraMessage(note.isEmpty() ? "" : ", " + note).stepBy(n);
    }

    @Override
    public void say(String line) {
      synchronized (err) {
        err.println(ERASE_LINE + line);
      }
      bar.refresh();
    }

    @Override
    public void close() {
      bar.close();
      err.println();
    }
  }

  /** Now and then a line, for logs; none for what is done within ten seconds. */
  final class Lines implements Progress {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final String task;
    private final long before;
    private final long total;
    private final PrintWriter err;
    private final LongSupplier nanoTime;
    private final long start;
    private long lastLine;
    private long done;

    Lines(String task, long done, long total, PrintWriter err, LongSupplier nanoTime) {
      this.task = task;
      this.before = done;
      this.done = done;
      this.total = total;
      this.err = err;
      this.nanoTime = nanoTime;
      this.start = nanoTime.getAsLong();
      this.lastLine = start;
    }

    @Override
    public synchronized void step(long n, String note) {
      done += n;
      long now = nanoTime.getAsLong();
      if (now - lastLine >= INTERVAL.toNanos() && done < total) {
        lastLine = now;
        double rate = (done - before) / ((now - start) / 1e9);
        Duration left = Duration.ofSeconds(Math.round((total - done) / rate));
        err.printf(
            Locale.ROOT,
            "%s: %d of %d, %.2f/s, %d:%02d:%02d left%s%n",
            task,
            done,
            total,
            rate,
            left.toHours(),
            left.toMinutesPart(),
            left.toSecondsPart(),
            note.isEmpty() ? "" : " (" + note + ")");
        err.flush();
      }
    }

    @Override
    public synchronized void say(String line) {
      err.println(line);
    }

    @Override
    public void close() {
      // The last line stands as it is.
    }
  }
}
