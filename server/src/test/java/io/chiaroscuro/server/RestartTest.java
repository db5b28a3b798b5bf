package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.json.DataUrl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server leaves behind, killed or stopped, is there when it starts again. */
class RestartTest {

  @TempDir private Path folder;

  /** A server in a process of its own, to be killed. */
  public static void main(String[] arguments) throws InterruptedException {
    Studio studio = Studio.start(StudioConfig.local(Path.of(arguments[0])));
    System.out.println("port " + studio.port());
    new CountDownLatch(1).await();
  }

  private static List<String> command(Path folder) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Dorg.bytedeco.openblas.load=" + System.getProperty("org.bytedeco.openblas.load"),
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        RestartTest.class.getName(),
        folder.toString());
  }

  @Test
  void afterAKillEveryFinishedPictureIsThereWithItsRecord() throws Exception {
    Process process =
        new ProcessBuilder(command(folder)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String ran;
    String waited;
    List<String> finished = new ArrayList<>();
    try {
      var client = new Client(port(process));
      JsonNode done =
          client.finish("{\"prompt\": \"a cat\", \"num_inference_steps\": 1, \"count\": 2}");
      done.get("pictures").forEach(id -> finished.add(id.asText()));
      ran = submit(client, "{\"prompt\": \"a dog\", \"num_inference_steps\": 150, \"count\": 16}");
      waited =
          submit(
              client,
              "{\"prompt\": \"a tree\", \"num_inference_steps\": 2, \"seed\": 7, \"image\": \"%s\"}"
                  .formatted(DataUrl.png(PngFile.encode(RgbImage.solid(9, 9, 1, 2, 3), Map.of()))));
      while (client.get("/api/jobs/" + ran).json().get("step").asInt() < 3) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    Files.writeString(folder.resolve("pictures").resolve("orphan.png"), "half");

    try (var studio = Studio.start(StudioConfig.local(folder))) {
      var client = new Client(studio.port());
      for (String id : finished) {
        JsonNode record = client.get("/api/pictures/" + id).json();
        assertThat(record.at("/request/prompt").asText()).isEqualTo("a cat");
        byte[] png = client.get("/api/pictures/" + id + "/png").body();
        assertThat(ImageDecoder.decode(png, id).width()).isEqualTo(record.get("width").asInt());
        assertThat(PngFile.readText(png, id)).containsEntry("prompt", "a cat");
      }
      JsonNode interrupted = client.get("/api/jobs/" + ran).json();
      assertThat(interrupted.get("state").asText()).isEqualTo("failed");
      assertThat(interrupted.get("error").asText()).contains("stopped while this ran");
      JsonNode resumed = client.end(waited);
      assertThat(resumed.get("state").asText())
          .as(resumed.path("error").asText())
          .isEqualTo("done");
      assertThat(client.get("/api/pictures").json().get("pictures").findValuesAsText("id"))
          .contains(resumed.at("/pictures/0").asText())
          .containsAll(finished);
      assertThat(folder.resolve("pictures").resolve("orphan.png")).doesNotExist();
    }
  }

  private static String submit(Client client, String json) {
    return client.post("/api/jobs", json).json().get("id").asText();
  }

  private static int port(Process process) throws IOException {
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    return Integer.parseInt(line.substring("port ".length()));
  }

  @Test
  void aServerThatStopsFinishesWhatRunsAndKeepsWhatWaits() throws Exception {
    String ran;
    String waited;
    try (var studio = Studio.start(StudioConfig.local(folder))) {
      var client = new Client(studio.port());
      ran = submit(client, "{\"prompt\": \"a dog\", \"num_inference_steps\": 4}");
      waited = submit(client, "{\"prompt\": \"a cat\", \"num_inference_steps\": 1}");
      while (client.get("/api/jobs/" + ran).json().get("step").asInt() < 1) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
    try (var studio = Studio.start(StudioConfig.local(folder))) {
      var client = new Client(studio.port());
      assertThat(client.get("/api/jobs/" + ran).json().get("state").asText()).isEqualTo("done");
      assertThat(client.end(waited).get("state").asText()).isEqualTo("done");
    }
  }
}
