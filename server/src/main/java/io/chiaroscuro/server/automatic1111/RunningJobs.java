package io.chiaroscuro.server.automatic1111;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobEvent;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.JobState;
import io.chiaroscuro.server.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs that came in through this door and have not ended. The web UI knows one at a time, which
 * is the one that runs, or, while another door's does, the first that waits.
 */
final class RunningJobs {

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneId.systemDefault());

  private final JobQueue queue;

  /** What each last looked like; empty while nothing was seen. */
  private final Map<String, Optional<byte[]>> previews = new LinkedHashMap<>();

  RunningJobs(JobQueue queue) {
    this.queue = queue;
  }

  /** Follows a job to its end. */
  void follow(Job job) {
    synchronized (this) {
      previews.put(job.id(), Optional.empty());
    }
    // Ends with the job, and nobody is told after that.
    queue.watch(job.id(), event -> seen(job.id(), event));
  }

  private synchronized void seen(String id, JobEvent event) {
    if (event.isEnd()) {
      previews.remove(id);
    } else if (event instanceof JobEvent.Step step && step.preview() != null) {
      previews.put(id, Optional.of(step.preview()));
    }
  }

  /** Ends the current job after its step, if there is one. */
  void interrupt() {
    current().ifPresent(job -> queue.cancel(job.id()));
  }

  /** How far the current job is, as the web UI tells it. */
  ObjectNode progress(boolean withImage) {
    Optional<Job> current = current();
    double progress = current.map(RunningJobs::share).orElse(0.0);
    var answer =
        Json.object().put("progress", progress).put("eta_relative", eta(current, progress));
    answer.set("state", state(current));
    Optional<byte[]> preview = withImage ? current.flatMap(this::preview) : Optional.empty();
    return answer
        .put("current_image", preview.map(Base64.getEncoder()::encodeToString).orElse(null))
        .putNull("textinfo");
  }

  private static double share(Job job) {
    return job.total() == 0 ? 0 : (double) job.step() / job.total();
  }

  private static double eta(Optional<Job> job, double progress) {
    if (progress == 0 || job.isEmpty()) {
      return 0;
    }
    double seconds = Duration.between(job.get().started(), Instant.now()).toMillis() / 1e3;
    return seconds / progress - seconds;
  }

  private static ObjectNode state(Optional<Job> job) {
    int count = job.map(j -> ((ImageRequest) j.request()).count()).orElse(0);
    int steps = job.map(j -> j.total() / count).orElse(0);
    int step = job.map(Job::step).orElse(0);
    return Json.object()
        .put("skipped", false)
        .put("interrupted", false)
        .put("stopping_generation", false)
        .put("job", job.map(Job::id).orElse(""))
        .put("job_count", count)
        .put("job_timestamp", TIMESTAMP.format(job.map(Job::created).orElse(Instant.now())))
        .put("job_no", steps == 0 ? 0 : Math.min(step / steps, count - 1))
        .put("sampling_step", steps == 0 ? 0 : step % steps)
        .put("sampling_steps", steps);
  }

  private Optional<Job> current() {
    Map<String, Optional<byte[]>> followed;
    synchronized (this) {
      followed = new LinkedHashMap<>(previews);
    }
    // Not while this is locked: the queue tells of steps while it is.
    Optional<Job> waiting = Optional.empty();
    for (String id : followed.keySet()) {
      Optional<Job> job = queue.find(id);
      if (job.isPresent() && job.get().state() == JobState.RUNNING) {
        return job;
      }
      if (job.isPresent() && job.get().state() == JobState.QUEUED && waiting.isEmpty()) {
        waiting = job;
      }
    }
    return waiting;
  }

  private synchronized Optional<byte[]> preview(Job job) {
    return previews.getOrDefault(job.id(), Optional.empty());
  }
}
