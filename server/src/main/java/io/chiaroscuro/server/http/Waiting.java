package io.chiaroscuro.server.http;

import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobEvent;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.JobRequest;
import io.javalin.http.Context;
import java.util.function.Consumer;

/** Requests that are answered when their job is done, and cancel it when the client goes away. */
public final class Waiting {

  private static final long LOOK_EVERY_MILLIS = 250;

  private final JobQueue queue;

  public Waiting(JobQueue queue) {
    this.queue = queue;
  }

  /**
   * Submits a job and waits for it.
   *
   * @return the job, done
   * @throws Problem if it failed or was cancelled
   * @throws io.chiaroscuro.server.job.QueueFullException if it cannot even wait
   */
  public Job run(Context ctx, JobRequest request) {
    return done(end(ctx, request, job -> {}));
  }

  /**
   * Submits a job and waits for its end, whichever it is.
   *
   * @param submitted is given the job as soon as it waits
   * @throws io.chiaroscuro.server.job.QueueFullException if it cannot even wait
   */
  public Job end(Context ctx, JobRequest request, Consumer<Job> submitted) {
    Job job = queue.submit(request);
    submitted.accept(job);
    var client = new ClientPresence(ctx);
    var mailbox = new Mailbox();
    try (var watch = queue.watch(job.id(), mailbox).orElseThrow()) {
      while (true) {
        JobEvent event = mailbox.next(LOOK_EVERY_MILLIS);
        if (event != null && event.isEnd()) {
          return queue.find(job.id()).orElseThrow();
        }
        if (client.isGone()) {
          queue.cancel(job.id());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      queue.cancel(job.id());
      throw new Problem(503, "The server is stopping; try again when it is back.");
    }
  }

  /**
   * A job that is done.
   *
   * @throws Problem if it failed or was cancelled
   */
  public static Job done(Job job) {
    return switch (job.state()) {
      case DONE -> job;
      // Not 409, upon which OpenAI's clients ask again by themselves.
      case CANCELLED -> throw new Problem(422, "Somebody cancelled this; ask again.");
      default -> throw new Problem(422, job.error());
    };
  }
}
