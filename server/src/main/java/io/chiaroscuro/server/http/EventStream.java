package io.chiaroscuro.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.server.job.JobEvent;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.json.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What happens to a job, as server-sent events. When the last client that watched an unfinished job
 * goes away, and none comes back within a moment, the job is cancelled.
 */
public final class EventStream implements AutoCloseable {

  /** How soon a client that went away is noticed. */
  private static final long HEARTBEAT_MILLIS = 1000;

  /** As long as a browser takes to connect again, and a page to be loaded again. */
  private static final long GRACE_MILLIS = 5000;

  /**
   * An event as it is sent.
   *
   * @param name of the event
   * @param data its JSON
   */
  public record Message(String name, JsonNode data) {}

  private final JobQueue queue;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "abandoned-jobs");
            thread.setDaemon(true);
            return thread;
          });

  public EventStream(JobQueue queue) {
    this.queue = queue;
  }

  /**
   * Sends events until the job ends or the client goes away.
   *
   * @param messages what is made of an event; null where nothing is told of it
   * @throws Problem if there is no such job
   */
  public void serve(Context ctx, String job, Function<JobEvent, Message> messages) {
    var mailbox = new Mailbox();
    var watch =
        queue
            .watch(job, mailbox)
            .orElseThrow(() -> Problem.notFound("There is no job '%s'.".formatted(job)));
    try (watch) {
      var response = ctx.res();
      response.setStatus(200);
      response.setContentType("text/event-stream");
      response.setCharacterEncoding("UTF-8");
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Accel-Buffering", "no");
      send(response.getOutputStream(), mailbox, messages);
    } catch (IOException e) {
      watch.close();
      clock.schedule(() -> cancelIfAbandoned(job), GRACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void cancelIfAbandoned(String job) {
    if (!queue.isWatched(job)) {
      queue.cancel(job);
    }
  }

  private static void send(OutputStream out, Mailbox mailbox, Function<JobEvent, Message> messages)
      throws IOException, InterruptedException {
    JobEvent event;
    do {
      event = mailbox.next(HEARTBEAT_MILLIS);
      Message message = event == null ? null : messages.apply(event);
      String text = message == null ? ":\n\n" : text(message);
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } while (event == null || !event.isEnd());
  }

  private static String text(Message message) {
    return "event: %s\ndata: %s\n\n".formatted(message.name(), Json.write(message.data()));
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
