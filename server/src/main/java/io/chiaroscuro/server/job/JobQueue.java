package io.chiaroscuro.server.job;

import io.chiaroscuro.InvalidInputException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs one after the other, on one thread, which alone runs libtorch; a bounded number waits.
 * Between the steps of a job the same thread runs errands, which take a moment and for which
 * somebody waits: so nobody waits for a whole picture to see the light he chose. Errands get about
 * as much time as steps, however many there are, so that no job waits for ever.
 */
public final class JobQueue implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);

  /** Errands that wait; each has a client that waits for it. */
  private static final int MAX_ERRANDS = 64;

  /** Of pictures that came with the jobs that wait, as text. */
  private static final long MAX_CHARACTERS = 128L << 20;

  private static final String STOPPED =
      "The server was stopped while this ran, after step %d of %d; ask again.";

  /** A job that waits or runs, and who watches it. */
  private static final class Live {
    private Job job;
    private boolean cancelled;
    private final List<Consumer<JobEvent>> watchers = new ArrayList<>();

    private Live(Job job) {
      this.job = job;
    }

    private void tell(JobEvent event) {
      watchers.forEach(watcher -> watcher.accept(event));
    }
  }

  /** Ends watching. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  private final int capacity;
  private final JobWork work;
  private final JobJournal journal;
  private final Map<String, Live> live = new LinkedHashMap<>();
  private final Deque<Live> waiting = new ArrayDeque<>();
  private final Deque<Errand<?>> errands = new ArrayDeque<>();
  private final Thread worker;
  private Live running;
  private boolean errandWasLast;
  private boolean open = true;
  private boolean stopped;
  private double secondsPerJob = 1;

  /**
   * @param capacity how many jobs may wait
   */
  public JobQueue(int capacity, JobWork work, JobJournal journal) {
    this.capacity = capacity;
    this.work = work;
    this.journal = journal;
    this.worker = new Thread(this::work, "jobs");
    worker.setDaemon(true);
  }

  /** Begins to work. */
  public void start() {
    worker.start();
  }

  /**
   * Puts a job at the end of the queue.
   *
   * @throws QueueFullException if as many wait as may, or with as large pictures
   * @throws ShuttingDownException after {@link #drain}
   */
  public synchronized Job submit(JobRequest request) {
    requireOpen();
    long characters = request.characters();
    for (Live queued : waiting) {
      characters += queued.job.request().characters();
    }
    if (waiting.size() >= capacity || !waiting.isEmpty() && characters > MAX_CHARACTERS) {
      throw new QueueFullException(capacity, retryAfterSeconds());
    }
    return enqueue(Job.of(request));
  }

  /** Puts a job of an earlier run of the server back, however many wait. */
  public synchronized void resume(Job job) {
    enqueue(job);
  }

  private Job enqueue(Job job) {
    Live added = new Live(job.at(waiting.size() + 1));
    journal.write(added.job);
    live.put(job.id(), added);
    waiting.addLast(added);
    notifyAll();
    return added.job;
  }

  /** The job of that id, wherever it is. */
  public synchronized Optional<Job> find(String id) {
    Live found = live.get(id);
    return found == null ? journal.find(id) : Optional.of(found.job);
  }

  /** How many jobs wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** How many jobs run: 0 or 1. */
  public synchronized int running() {
    return running == null ? 0 : 1;
  }

  /** Whether its worker lives. */
  public boolean isAlive() {
    return worker.isAlive();
  }

  /** Whether jobs are taken. */
  public synchronized boolean isOpen() {
    return open;
  }

  /**
   * Takes a job back: at once if it waits, else after the step that runs.
   *
   * @return whether it had not ended yet
   */
  public synchronized boolean cancel(String id) {
    Live found = live.get(id);
    if (found == null) {
      return false;
    }
    found.cancelled = true;
    if (waiting.remove(found)) {
      end(found, found.job.cancelled());
      tellPositions();
    }
    return true;
  }

  /**
   * Tells what happens to a job, beginning with where it stands.
   *
   * @param watcher called in order and quickly: it must not wait for anything
   * @return to be closed by the caller; empty if there is no such job
   */
  public synchronized Optional<Watch> watch(String id, Consumer<JobEvent> watcher) {
    Optional<Job> job = find(id);
    job.ifPresent(found -> watcher.accept(JobEvent.of(found)));
    Live watched = live.get(id);
    if (watched == null) {
      return job.map(ended -> () -> {});
    }
    watched.watchers.add(watcher);
    return Optional.of(() -> leave(watched, watcher));
  }

  private synchronized void leave(Live watched, Consumer<JobEvent> watcher) {
    watched.watchers.remove(watcher);
  }

  /** Whether somebody watches the job. */
  public synchronized boolean isWatched(String id) {
    Live found = live.get(id);
    return found != null && !found.watchers.isEmpty();
  }

  /**
   * Runs something short on the worker's thread, between the steps of a job, and waits for it.
   *
   * @throws QueueFullException if too many wait for such
   * @throws ShuttingDownException after {@link #drain}
   */
  public <T> T soon(Callable<T> errand) {
    Errand<T> added = new Errand<>(errand);
    synchronized (this) {
      requireOpen();
      if (errands.size() >= MAX_ERRANDS) {
        throw new QueueFullException(MAX_ERRANDS, 1);
      }
      errands.addLast(added);
      notifyAll();
    }
    return added.await();
  }

  private void work() {
    while (true) {
      Errand<?> errand;
      Live next;
      synchronized (this) {
        while (errands.isEmpty() && (waiting.isEmpty() || !open) && !stopped) {
          try {
            wait();
          } catch (InterruptedException e) {
            return;
          }
        }
        if (stopped) {
          return;
        }
        boolean isJobsTurn = errandWasLast && open && !waiting.isEmpty();
        errand = isJobsTurn ? null : errands.pollFirst();
        errandWasLast = errand != null;
        next = errand == null ? begin() : null;
      }
      if (errand != null) {
        errand.run();
      } else {
        run(next);
      }
    }
  }

  private Live begin() {
    running = waiting.removeFirst();
    running.job = running.job.begun();
    write(running.job);
    running.tell(JobEvent.of(running.job));
    tellPositions();
    return running;
  }

  private void run(Live current) {
    long begun = System.nanoTime();
    Job ended;
    try {
      List<String> results = work.run(current.job, new Progress(current));
      ended = current.job.done(results);
    } catch (StoppedException e) {
      ended = stoppedJob(current);
    } catch (InvalidInputException e) {
      ended = current.job.failed(e.getMessage());
    } catch (RuntimeException | Error e) {
      // Whatever it is, the next job has nothing to do with it.
      ended = current.job.failed(sentence(e, current.job));
    }
    synchronized (this) {
      secondsPerJob = 0.7 * secondsPerJob + 0.3 * (System.nanoTime() - begun) / 1e9;
      running = null;
      end(current, ended);
      notifyAll();
    }
  }

  private synchronized Job stoppedJob(Live current) {
    return current.cancelled
        ? current.job.cancelled()
        : current.job.failed(STOPPED.formatted(current.job.step(), current.job.total()));
  }

  private static String sentence(Throwable e, Job job) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof OutOfMemoryError
        || message.contains("can't allocate memory")
        || message.contains("out of memory")) {
      return "Not enough memory; choose a smaller width and height.";
    }
    LOG.error("Job {} failed.", job.id(), e);
    return "Something unforeseen went wrong; the server's log has the details.";
  }

  /** Written down first: who hears of the end finds what came of it. */
  private void end(Live ended, Job job) {
    write(job);
    ended.job = job;
    live.remove(job.id());
    ended.tell(JobEvent.of(job));
  }

  /** The worker goes on though the disk be full. */
  private void write(Job job) {
    try {
      journal.write(job);
    } catch (RuntimeException e) {
      LOG.error("Job {} cannot be written down.", job.id(), e);
    }
  }

  private void tellPositions() {
    int position = 0;
    for (Live queued : waiting) {
      queued.job = queued.job.at(++position);
      queued.tell(JobEvent.of(queued.job));
    }
  }

  private long retryAfterSeconds() {
    return Math.max(1, Math.min(600, Math.round(secondsPerJob * (waiting.size() + 1) / 2)));
  }

  private void requireOpen() {
    if (!open) {
      throw new ShuttingDownException();
    }
  }

  /**
   * Takes no more jobs, lets the running one finish, and ends it after a step once {@code grace} is
   * over: then it has failed, and says so. Jobs that wait stay written down as such.
   */
  public void drain(Duration grace) {
    synchronized (this) {
      open = false;
      errands.forEach(Errand::drop);
      errands.clear();
      awaitIdle(grace);
      stopped = true;
      notifyAll();
    }
    try {
      worker.join(Duration.ofSeconds(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (running != null) { // Its step takes longer than anybody waits.
        end(running, stoppedJob(running));
      }
    }
  }

  private void awaitIdle(Duration grace) {
    long end = System.nanoTime() + grace.toNanos();
    try {
      for (long left = grace.toMillis(); running != null && left > 0; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Without waiting for the job that runs. */
  @Override
  public void close() {
    drain(Duration.ZERO);
  }

  /** The running job's own. */
  private final class Progress implements JobProgress {
    private final Live current;
    private long stepBegun = System.nanoTime();

    private Progress(Live current) {
      this.current = current;
    }

    @Override
    public boolean isWatched() {
      return JobQueue.this.isWatched(current.job.id());
    }

    @Override
    public void step(int step, int total, byte[] preview) {
      synchronized (JobQueue.this) {
        current.job = current.job.after(step, total);
        current.tell(new JobEvent.Step(step, total, preview));
        requireWanted();
      }
      runErrands(System.nanoTime() - stepBegun);
      stepBegun = System.nanoTime();
      synchronized (JobQueue.this) {
        requireWanted();
      }
    }

    /** At least one, and others while there is time. */
    private void runErrands(long nanos) {
      long begun = System.nanoTime();
      Errand<?> errand = errand();
      while (errand != null) {
        errand.run();
        errand = System.nanoTime() - begun < nanos ? errand() : null;
      }
    }

    private void requireWanted() {
      if (current.cancelled || stopped) {
        throw new StoppedException();
      }
    }

    private Errand<?> errand() {
      synchronized (JobQueue.this) {
        return errands.pollFirst();
      }
    }
  }
}
