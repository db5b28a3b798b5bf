package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.Client.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {

  @TempDir static Path folder;
  private static Studio studio;
  private static Client client;

  @BeforeAll
  static void start() {
    studio = Studio.start(StudioConfig.local(folder));
    client = new Client(studio.port());
  }

  @AfterAll
  static void stop() {
    studio.close();
  }

  @Test
  void tellsOfItself() {
    JsonNode info = client.get("/api/info").json();
    assertThat(info.get("device").asText()).isEqualTo("cpu");
    assertThat(info.at("/limits/max_steps").asInt()).isEqualTo(150);
    JsonNode model = client.get("/api/models").json().at("/models/0");
    assertThat(model.get("name").asText()).isEqualTo("chiaroscuro-demo");
    assertThat(model.get("trained_size").asInt()).isEqualTo(128);
    assertThat(client.get("/api/samplers").json().get("samplers").size()).isGreaterThan(20);
  }

  @Test
  void makesAPictureStepByStep() {
    var submitted =
        client.post("/api/jobs", "{\"prompt\": \"a red apple\", \"num_inference_steps\": 3}");
    assertThat(submitted.status()).isEqualTo(202);
    List<Event> events = client.events(submitted.json().get("id").asText());
    assertThat(events).extracting(Event::name).contains("step").endsWith("done");
    JsonNode picture = events.get(events.size() - 1).data().at("/pictures/0");
    assertThat(picture.get("shows").asText()).isEqualTo("without");

    byte[] png = client.get(picture.get("png").asText()).body();
    assertThat(ImageDecoder.decode(png, "png").width()).isEqualTo(128);
    assertThat(PngFile.readText(png, "png"))
        .containsEntry("prompt", "a red apple")
        .containsEntry("num_inference_steps", "3")
        .containsEntry("seed", picture.get("seed").asText())
        .containsEntry("model", "chiaroscuro-demo");
  }

  @Test
  void makesTheSamePictureAgainFromItsSettings() {
    JsonNode job =
        client.finish(
            """
            {"prompt": "a tree", "num_inference_steps": 2, "seed": 5, "count": 2,
             "light": {"mode": "hand", "mean_color": "#102030", "strength": 0.9}}""");
    String second = "/api/pictures/" + job.at("/pictures/1").asText() + "/png";
    byte[] png = client.get(second).body();

    var settings =
        client.post(
            "/api/pictures/settings", List.of(new Client.Part("image", "x.png", png)), Map.of());
    assertThat(settings.status()).isEqualTo(200);
    assertThat(settings.json().get("seed").asInt()).isEqualTo(6);
    JsonNode again = client.finish(settings.json().toString());
    byte[] same = client.get("/api/pictures/" + again.at("/pictures/0").asText() + "/png").body();
    assertThat(ImageDecoder.decode(same, "same").rgb())
        .isEqualTo(ImageDecoder.decode(png, "png").rgb());
  }

  @Test
  void pagesThroughTheGalleryAndForgetsWhatIsDeleted() {
    JsonNode job =
        client.finish(
            "{\"prompt\": \"a\", \"num_inference_steps\": 1, \"width\": 32, \"height\": 32, \"count\": 5}");
    List<String> made = new ArrayList<>();
    job.get("pictures").forEach(id -> made.add(0, id.asText()));
    List<String> first = ids(client.get("/api/pictures?limit=2").json());
    assertThat(first).isEqualTo(made.subList(0, 2));
    List<String> next = ids(client.get("/api/pictures?limit=3&before=" + first.get(1)).json());
    assertThat(next).isEqualTo(made.subList(2, 5));

    assertThat(client.delete("/api/pictures/" + made.get(0)).status()).isEqualTo(204);
    assertThat(client.get("/api/pictures/" + made.get(0)).status()).isEqualTo(404);
    assertThat(client.get("/api/pictures/" + made.get(0) + "/png").status()).isEqualTo(404);
    assertThat(folder.resolve("pictures").resolve(made.get(0) + ".png")).doesNotExist();
    assertThat(ids(client.get("/api/pictures?limit=1").json())).containsExactly(made.get(1));
    assertThat(client.get("/api/jobs?limit=1").json().at("/jobs/0/id").asText())
        .isEqualTo(job.get("id").asText());
  }

  private static List<String> ids(JsonNode page) {
    return StreamSupport.stream(page.get("pictures").spliterator(), false)
        .map(picture -> picture.get("id").asText())
        .toList();
  }
}
