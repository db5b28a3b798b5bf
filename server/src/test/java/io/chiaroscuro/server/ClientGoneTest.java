package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.server.http.Waiting;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.job.Job;
import io.chiaroscuro.server.job.JobJournal;
import io.chiaroscuro.server.job.JobQueue;
import io.chiaroscuro.server.job.JobState;
import io.chiaroscuro.server.json.Json;
import io.javalin.Javalin;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that goes away takes its job with it. */
@Timeout(90)
class ClientGoneTest {

  private static final String LONG =
      "{\"prompt\": \"a dog\", \"num_inference_steps\": 150, \"count\": 16}";

  @Test
  void whoeverStopsWatchingCancels(@TempDir Path folder) throws Exception {
    try (var studio = Studio.start(StudioConfig.local(folder))) {
      var client = new Client(studio.port());
      String watched = client.post("/api/jobs", LONG).json().get("id").asText();
      String unwatched = client.post("/api/jobs", LONG).json().get("id").asText();
      try (InputStream events = client.watch(watched)) {
        assertThat(events.read()).isEqualTo('e');
      }
      until(() -> state(client, watched).equals("cancelled"));
      until(() -> state(client, unwatched).equals("running"));
      client.delete("/api/jobs/" + unwatched);
      until(() -> state(client, unwatched).equals("cancelled"));
    }
  }

  private static String state(Client client, String job) {
    return client.get("/api/jobs/" + job).json().get("state").asText();
  }

  /** A door whose clients wait for the answer itself. */
  @Test
  void whoeverStopsWaitingCancels() throws Exception {
    Map<String, Job> written = new ConcurrentHashMap<>();
    var queue =
        new JobQueue(
            4,
            (job, progress) -> {
              for (int step = 1; ; step++) {
                pause();
                progress.step(step, 1000, null);
              }
            },
            new JobJournal() {
              @Override
              public void write(Job job) {
                written.put(job.id(), job);
              }

              @Override
              public Optional<Job> find(String id) {
                return Optional.ofNullable(written.get(id));
              }
            });
    queue.start();
    var waiting = new Waiting(queue);
    var server =
        Javalin.create(
                config ->
                    config.routes.post(
                        "/",
                        ctx -> waiting.run(ctx, Json.read(ctx.bodyAsBytes(), ImageRequest.class))))
            .start("127.0.0.1", 0);
    try {
      String body = "{\"prompt\": \"a\"}";
      try (var socket = new Socket("127.0.0.1", server.port())) {
        socket
            .getOutputStream()
            .write(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(body.length(), body)
                    .getBytes(StandardCharsets.ISO_8859_1));
        until(() -> queue.running() == 1);
        TimeUnit.MILLISECONDS.sleep(700);
        assertThat(queue.running()).as("as long as it waits").isEqualTo(1);
      }
      until(() -> queue.running() == 0);
      assertThat(List.copyOf(written.values()))
          .extracting(Job::state)
          .containsExactly(JobState.CANCELLED);
    } finally {
      server.stop();
      queue.close();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      pause();
    }
  }
}
