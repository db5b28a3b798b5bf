package io.chiaroscuro.server.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.server.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JobQueueTest {

  private static final int STEPS = 4;

  /** Each step takes one permit. */
  private final Semaphore permits = new Semaphore(0);

  private final List<String> worked = new CopyOnWriteArrayList<>();
  private final Map<String, Job> written = new ConcurrentHashMap<>();
  private final JobQueue queue = new JobQueue(2, this::work, new Journal());

  private List<String> work(Job job, JobProgress progress) {
    for (int step = 1; step <= STEPS; step++) {
      permits.acquireUninterruptibly();
      worked.add(job.id() + " " + step);
      progress.step(step, STEPS, null);
    }
    return List.of(job.id() + "-1");
  }

  private final class Journal implements JobJournal {
    @Override
    public void write(Job job) {
      written.put(job.id(), job);
    }

    @Override
    public Optional<Job> find(String id) {
      return Optional.ofNullable(written.get(id));
    }
  }

  @AfterEach
  void stop() {
    permits.release(1000);
    queue.close();
  }

  private static ImageRequest request() {
    return Json.read("{\"prompt\": \"a tree\", \"seed\": 1}", ImageRequest.class);
  }

  private List<JobEvent> watch(Job job) {
    List<JobEvent> events = new CopyOnWriteArrayList<>();
    queue.watch(job.id(), events::add).orElseThrow();
    return events;
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private boolean isIn(Job job, JobState state) {
    return queue.find(job.id()).orElseThrow().state() == state;
  }

  @Test
  void tellsWhatHappensFromTheQueueToTheEnd() {
    Job first = queue.submit(request());
    Job second = queue.submit(request());
    List<JobEvent> events = watch(second);
    queue.start();
    permits.release(2 * STEPS);
    until(() -> isIn(second, JobState.DONE));

    List<JobEvent> expected = new ArrayList<>();
    expected.add(new JobEvent.Queued(2));
    expected.add(new JobEvent.Queued(1));
    expected.add(new JobEvent.Step(0, 0, null));
    for (int step = 1; step <= STEPS; step++) {
      expected.add(new JobEvent.Step(step, STEPS, null));
    }
    expected.add(new JobEvent.Done(List.of(second.id() + "-1")));
    assertThat(events).isEqualTo(expected);
    assertThat(written.get(first.id()).state()).isEqualTo(JobState.DONE);
    assertThat(written.get(second.id()).results()).containsExactly(second.id() + "-1");
  }

  @Test
  void refusesWhatDoesNotFit() {
    queue.submit(request());
    queue.submit(request());
    assertThatThrownBy(() -> queue.submit(request()))
        .isInstanceOfSatisfying(
            QueueFullException.class, full -> assertThat(full.retryAfterSeconds()).isPositive())
        .hasMessageContaining("queue of 2 jobs is full");
    assertThat(written).hasSize(2);
  }

  @Test
  void picturesThatWaitTakeNoMoreMemoryThanMayBe() {
    var large =
        new ImageRequest(
            "a tree",
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            1L,
            null,
            null,
            null,
            "x".repeat(70 << 20),
            null,
            null);
    queue.submit(large);
    assertThatThrownBy(() -> queue.submit(large)).isInstanceOf(QueueFullException.class);
    queue.submit(request());
  }

  @Test
  void cancelFreesWithinOneStep() {
    Job job = queue.submit(request());
    Job next = queue.submit(request());
    queue.start();
    permits.release(1);
    until(() -> !worked.isEmpty());
    assertThat(queue.cancel(job.id())).isTrue();
    permits.release(1);
    until(() -> isIn(job, JobState.CANCELLED));
    assertThat(worked.stream().filter(step -> step.startsWith(job.id())).count())
        .isLessThanOrEqualTo(2);
    permits.release(STEPS);
    until(() -> isIn(next, JobState.DONE));
    assertThat(queue.cancel(job.id())).isFalse();
  }

  @Test
  void aJobThatWaitsIsCancelledAtOnce() {
    queue.submit(request());
    Job second = queue.submit(request());
    List<JobEvent> events = watch(second);
    queue.cancel(second.id());
    assertThat(events).containsExactly(new JobEvent.Queued(2), new JobEvent.Cancelled());
    assertThat(written.get(second.id()).state()).isEqualTo(JobState.CANCELLED);
    assertThat(queue.waiting()).isEqualTo(1);
  }

  @Test
  void runsErrandsBetweenSteps() throws Exception {
    Job job = queue.submit(request());
    queue.start();
    permits.release(1);
    until(() -> !worked.isEmpty());
    var errand = new Thread(() -> queue.soon(() -> worked.add("errand")));
    errand.start();
    until(() -> errand.getState() == Thread.State.WAITING);
    permits.release(1);
    errand.join();
    assertThat(worked).contains("errand");
    assertThat(isIn(job, JobState.RUNNING)).isTrue();
    permits.release(STEPS);
    assertThatThrownBy(
            () ->
                queue.soon(
                    () -> {
                      throw new IllegalArgumentException("as the errand says");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** However many come for something short, those who wait for a picture get it. */
  @Test
  void errandsWithoutEndStopNoJob() throws InterruptedException {
    permits.release(2 * STEPS);
    queue.start();
    List<Thread> impatient = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      var thread = new Thread(this::errandsWithoutEnd);
      thread.start();
      impatient.add(thread);
    }
    Job first = queue.submit(request());
    Job second = queue.submit(request());
    until(() -> isIn(first, JobState.DONE) && isIn(second, JobState.DONE));
    impatient.forEach(Thread::interrupt);
    for (Thread thread : impatient) {
      thread.join();
    }
  }

  private void errandsWithoutEnd() {
    try {
      while (true) {
        queue.soon(
            () -> {
              TimeUnit.MILLISECONDS.sleep(5);
              return null;
            });
      }
    } catch (ShuttingDownException interrupted) {
      // Enough of them.
    }
  }

  @Test
  void aFailureIsASentenceAndTheNextJobRuns() {
    var failing =
        new JobQueue(
            2,
            (job, progress) -> {
              throw new IllegalStateException("secret detail");
            },
            new Journal());
    failing.start();
    Job job = failing.submit(request());
    until(() -> failing.find(job.id()).orElseThrow().state() == JobState.FAILED);
    assertThat(written.get(job.id()).error())
        .contains("Something unforeseen")
        .doesNotContain("secret");
    Job next = failing.submit(request());
    until(() -> failing.find(next.id()).orElseThrow().state() == JobState.FAILED);
    failing.close();
  }

  @Test
  void drainsWithTheRunningJobDoneAndTheOthersWaiting() {
    Job job = queue.submit(request());
    queue.start();
    until(() -> isIn(job, JobState.RUNNING));
    Job next = queue.submit(request());
    var drain = new Thread(() -> queue.drain(Duration.ofSeconds(30)));
    drain.start();
    until(() -> !queue.isOpen());
    assertThatThrownBy(() -> queue.submit(request())).isInstanceOf(ShuttingDownException.class);
    permits.release(STEPS);
    until(() -> !drain.isAlive());
    assertThat(written.get(job.id()).state()).isEqualTo(JobState.DONE);
    assertThat(written.get(next.id()).state()).isEqualTo(JobState.QUEUED);
  }

  @Test
  void afterItsGraceTheRunningJobSaysThatItWasStopped() {
    Job job = queue.submit(request());
    queue.start();
    permits.release(1);
    until(() -> !worked.isEmpty());
    var drain = new Thread(() -> queue.drain(Duration.ofMillis(50)));
    drain.start();
    until(() -> drain.getState() == Thread.State.TIMED_WAITING && !queue.isOpen());
    permits.release(1);
    until(() -> !drain.isAlive());
    assertThat(written.get(job.id()).state()).isIn(JobState.FAILED, JobState.DONE);
    assertThat(written.get(job.id()).error()).contains("after step");
  }
}
