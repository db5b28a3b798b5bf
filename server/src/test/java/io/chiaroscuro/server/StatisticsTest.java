package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.server.Client.Event;
import io.chiaroscuro.server.Client.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatisticsTest {

  @TempDir static Path folder;
  @TempDir private Path unzipped;
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

  /** From black to white. */
  private static List<Part> pictures(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              int grey = 255 * i / (count - 1);
              RgbImage image = RgbImage.solid(100 + i, 90, grey, grey, grey);
              return new Part("images", "../" + i + ".png", PngFile.encode(image, Map.of()));
            })
        .toList();
  }

  @Test
  void buildsShowsUsesAndRemovesThem() throws IOException {
    var submitted =
        client.post(
            "/api/statistics",
            pictures(5),
            Map.of("name", "greys", "resolution", "64", "n_components", "2"));
    assertThat(submitted.status()).as(submitted.message()).isEqualTo(202);
    List<Event> events = client.events(submitted.json().get("id").asText());
    Event end = events.get(events.size() - 1);
    assertThat(end.name()).isEqualTo("done");
    assertThat(end.data().get("statistics").asText()).isEqualTo("greys");
    assertThat(folder.resolve("uploads")).isEmptyDirectory();

    JsonNode facts = client.get("/api/statistics/greys").json();
    assertThat(facts.get("image_count").asInt()).isEqualTo(5);
    assertThat(facts.get("width").asInt()).isEqualTo(64);
    assertThat(facts.get("directions").size()).isEqualTo(2 * 4);
    assertThat(facts.at("/directions/0/share").asDouble()).isGreaterThan(0.8);

    assertThat(png("mean").width()).isEqualTo(64);
    assertThat(png("variance").height()).isEqualTo(64);
    assertThat(png("samples?seed=1").rgb()).isNotEqualTo(png("samples?seed=2").rgb());
    double below = Brightness.of(png("directions?0=-1.5")).mean();
    double above = Brightness.of(png("directions?0=1.5")).mean();
    assertThat(Math.abs(above - below)).isGreaterThan(0.3);
    assertThat(client.get("/api/statistics/greys/directions?8=1").status()).isEqualTo(400);

    readDownload();
    JsonNode job =
        client.finish(
            """
            {"prompt": "a cat", "num_inference_steps": 2, "light": {"mode": "statistics",
             "statistics": "greys", "directions": {"0": 1}}}""");
    JsonNode picture = client.get("/api/pictures/" + job.at("/pictures/0").asText()).json();
    assertThat(picture.get("width").asInt()).isEqualTo(64);

    assertThat(client.post("/api/statistics", pictures(2), Map.of("name", "greys")).message())
        .contains("already");
    assertThat(client.delete("/api/statistics/greys").status()).isEqualTo(204);
    assertThat(client.get("/api/statistics/greys").status()).isEqualTo(404);
    assertThat(client.delete("/api/statistics/chiaroscuro-demo").status()).isEqualTo(400);
  }

  private static RgbImage png(String path) {
    var answer = client.get("/api/statistics/greys/" + path);
    assertThat(answer.status()).as(path).isEqualTo(200);
    return ImageDecoder.decode(answer.body(), path);
  }

  private void readDownload() throws IOException {
    byte[] zip = client.get("/api/statistics/greys/download").body();
    List<String> names = new ArrayList<>();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        names.add(entry.getName());
        Files.write(unzipped.resolve(Path.of(entry.getName()).getFileName()), in.readAllBytes());
      }
    }
    assertThat(names).containsExactly("greys/stats.safetensors", "greys/statistic_type.txt");
    try (LeakStatistics statistics = LeakStatistics.read(unzipped)) {
      assertThat(statistics.imageCount()).hasValue(5);
    }
  }

  @Test
  void takesPicturesInSeveralRequests() {
    JsonNode first = client.post("/api/uploads", pictures(3), Map.of()).json();
    String upload = first.get("upload").asText();
    JsonNode second = client.post("/api/uploads?upload=" + upload, pictures(2), Map.of()).json();
    assertThat(second.get("pictures").asInt()).isEqualTo(5);
    assertThat(client.post("/api/uploads?upload=../x", pictures(2), Map.of()).status())
        .isEqualTo(400);
    JsonNode job =
        client.finish(
            "/api/statistics",
            """
            {"name": "heap", "upload": "%s", "resolution": 32, "statistic_type": "pixel"}"""
                .formatted(upload));
    assertThat(job.get("statistics").asText()).isEqualTo("heap");
    assertThat(client.get("/api/statistics/heap").json().get("image_count").asInt()).isEqualTo(5);
    assertThat(client.get("/api/statistics").json().get("statistics").size()).isGreaterThan(1);
  }

  @Test
  void refusesWhatCannotBeBuilt() {
    assertThat(client.post("/api/statistics", pictures(2), Map.of()).field()).isEqualTo("name");
    assertThat(client.post("/api/statistics", pictures(2), Map.of("name", "../up")).field())
        .isEqualTo("name");
    assertThat(
            client
                .post("/api/statistics", pictures(2), Map.of("name", "x", "statistic_type", "y"))
                .field())
        .isEqualTo("statistic_type");
    assertThat(
            client.post("/api/statistics", pictures(2), Map.of("name", "x", "model", "y")).field())
        .isEqualTo("model");
    assertThat(
            client
                .post("/api/statistics", pictures(2), Map.of("name", "x", "resolution", "4096"))
                .field())
        .isEqualTo("resolution");
    assertThat(client.post("/api/statistics", "{\"name\": \"x\", \"upload\": \"..\"}").field())
        .isEqualTo("upload");
    assertThat(folder.resolve("statistics").resolve("x")).doesNotExist();
  }
}
