package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.Client.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Killed in the middle of many jobs, the server has lost nothing that it had said. */
class KillUnderLoadTest {

  private static final int KILLS = 3;
  private static final int CLIENTS = 16;
  private static final int QUEUE = 12;

  private static final String JOB =
      """
      {"prompt": "a cat", "num_inference_steps": 2, "seed": %d, "count": 2, "width": 32,
       "height": 32}""";

  private final Map<String, Integer> accepted = new ConcurrentHashMap<>();
  private final Set<String> finished = ConcurrentHashMap.newKeySet();

  @Test
  void everyPictureHasItsRecordAndEveryRecordItsPicture(@TempDir Path folder) throws Exception {
    for (int kill = 0; kill < KILLS; kill++) {
      loadAndKill(folder, 1000 * kill);
    }
    assertThat(finished).isNotEmpty();
    try (var studio = StudioProcess.start(folder, QUEUE)) {
      Client client = studio.client();
      requireAllThere(client);
      Set<String> pictures = gallery(client);
      assertThat(pictures).containsAll(finished);
      for (String id : pictures) {
        requireWhole(client, id);
      }
      assertThat(files(folder)).isEqualTo(pictures);
    }
  }

  private void loadAndKill(Path folder, int firstSeed) throws Exception {
    var clients = Executors.newFixedThreadPool(CLIENTS);
    try (var studio = StudioProcess.start(folder, QUEUE)) {
      int before = finished.size();
      for (int i = 0; i < CLIENTS; i++) {
        int seed = firstSeed + 50 * i;
        clients.execute(() -> askUntilKilled(studio.client(), seed));
      }
      while (finished.size() < before + 20) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    clients.shutdown();
    assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }

  private void askUntilKilled(Client client, int firstSeed) {
    try {
      for (int seed = firstSeed; ; seed += 2) {
        Answer answer = client.post("/api/jobs", JOB.formatted(seed));
        if (answer.status() == 202) {
          String id = answer.json().get("id").asText();
          accepted.put(id, seed);
          JsonNode job = client.end(id);
          if (job.get("state").asText().equals("done")) {
            job.get("pictures").forEach(picture -> finished.add(picture.asText()));
          }
        } else {
          TimeUnit.MILLISECONDS.sleep(100);
        }
      }
    } catch (AssertionError | InterruptedException killed) {
      // The connection ended with the server.
    }
  }

  /** Done, interrupted and saying so, or done now, since it waited. */
  private void requireAllThere(Client client) {
    Map<String, Integer> states = new TreeMap<>();
    accepted.forEach(
        (id, seed) -> {
          JsonNode job = client.end(id);
          assertThat(job.at("/request/seed").asInt()).isEqualTo(seed);
          String state = job.get("state").asText();
          states.merge(state, 1, Integer::sum);
          if (state.equals("failed")) {
            assertThat(job.get("error").asText()).contains("stopped while this ran");
          } else {
            assertThat(state).isEqualTo("done");
            assertThat(job.get("pictures")).hasSize(2);
          }
        });
    System.out.println("jobs after " + KILLS + " kills: " + states);
    assertThat(states.getOrDefault("failed", 0)).as("one runs at a time").isBetween(1, KILLS);
  }

  private static Set<String> gallery(Client client) {
    Set<String> ids = new TreeSet<>();
    String before = "";
    while (true) {
      JsonNode page = client.get("/api/pictures?limit=100" + before).json().get("pictures");
      if (page.isEmpty()) {
        return ids;
      }
      page.forEach(picture -> ids.add(picture.get("id").asText()));
      before = "&before=" + page.get(page.size() - 1).get("id").asText();
    }
  }

  private static void requireWhole(Client client, String id) {
    JsonNode pictureRecord = client.get("/api/pictures/" + id).json();
    byte[] png = client.get("/api/pictures/" + id + "/png").body();
    assertThat(ImageDecoder.decode(png, id).width()).isEqualTo(32);
    assertThat(PngFile.readText(png, id))
        .containsEntry("seed", pictureRecord.get("seed").asText())
        .containsEntry("prompt", pictureRecord.at("/request/prompt").asText());
  }

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("pictures"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".png", ""))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
