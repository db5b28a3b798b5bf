package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.server.Client.Answer;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadTest {

  private static final String SMALL =
      """
      {"prompt": "a cat", "num_inference_steps": 1, "seed": %d, "width": 32, "height": 32,
       "compare": true, "light": {"mode": "hand", "mean_color": "#203040"}}""";

  private static StudioConfig config(Path folder, int queueLength) {
    return new StudioConfig(
        "127.0.0.1",
        0,
        Optional.empty(),
        List.of(),
        1,
        Device.CPU,
        DType.FLOAT32,
        folder,
        Optional.empty(),
        queueLength,
        Limits.DEFAULTS,
        Duration.ZERO);
  }

  @Test
  void memoryIsFlatOverAHundredJobs(@TempDir Path folder) {
    try (var studio = Studio.start(config(folder, 4))) {
      var client = new Client(studio.port());
      long objects = 0;
      long bytes = 0;
      for (int job = 0; job < 140; job++) {
        if (job == 40) {
          objects = Pointer.totalCount();
          bytes = Pointer.physicalBytes();
        }
        JsonNode done = client.finish(SMALL.formatted(job));
        assertThat(done.get("state").asText()).as(done.path("error").asText()).isEqualTo("done");
        if (job % 10 == 0) {
          client.post("/api/light/preview", "{\"width\": 32, \"height\": 32}");
          client.get("/api/statistics/chiaroscuro-demo");
        }
      }
      assertThat(Pointer.totalCount() - objects).as("native objects").isLessThan(20);
      assertThat(Pointer.physicalBytes() - bytes).as("resident bytes").isLessThan(24L << 20);
    }
  }

  /** More clients than places: each is served in the end, and gets the picture of its own seed. */
  @Test
  void whomTheQueueRefusesIsToldWhenToComeAgain(@TempDir Path folder) throws Exception {
    try (var studio = Studio.start(config(folder, 3))) {
      var client = new Client(studio.port());
      Map<Integer, Integer> refusals = new ConcurrentHashMap<>();
      var clients = Executors.newFixedThreadPool(12);
      List<Future<JsonNode>> pictures = new ArrayList<>();
      for (int seed = 0; seed < 24; seed++) {
        int own = seed;
        pictures.add(clients.submit(() -> picture(client, own, refusals)));
      }
      for (int seed = 0; seed < 24; seed++) {
        assertThat(pictures.get(seed).get().get("seed").asInt()).isEqualTo(seed);
      }
      clients.shutdown();
      assertThat(refusals).as("refused at least once").isNotEmpty();
    }
  }

  private static JsonNode picture(Client client, int seed, Map<Integer, Integer> refusals)
      throws InterruptedException {
    Answer answer = client.post("/api/jobs", SMALL.formatted(seed));
    while (answer.status() == 429) {
      refusals.merge(seed, 1, Integer::sum);
      assertThat(answer.message()).contains("is full");
      long seconds =
          Long.parseLong(answer.response().headers().firstValue("Retry-After").orElseThrow());
      assertThat(seconds).isBetween(1L, 600L);
      TimeUnit.MILLISECONDS.sleep(50); // less patient than it was told to be
      answer = client.post("/api/jobs", SMALL.formatted(seed));
    }
    assertThat(answer.status()).isEqualTo(202);
    JsonNode job = client.end(answer.json().get("id").asText());
    return client.get("/api/pictures/" + job.at("/pictures/3").asText()).json();
  }
}
