package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.server.json.DataUrl;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExploreTest {

  @TempDir static Path folder;
  private static Studio studio;
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    Path run = folder.resolve("runs").resolve("my run");
    StringBuilder metrics = new StringBuilder();
    for (int step = 1; step <= 3000; step++) {
      metrics.append("{\"step\":%d,\"loss\":0.5}%n".formatted(step));
    }
    Files.createDirectories(run.resolve("samples"));
    Files.writeString(run.resolve("metrics.jsonl"), metrics + "{\"step\":3001,\"lo");
    PngFile.write(run.resolve("samples/step-0001000.png"), RgbImage.solid(9, 9, 1, 2, 3), Map.of());
    Files.createDirectories(folder.resolve("runs").resolve("no run"));
    studio =
        Studio.start(
            new StudioConfig(
                "127.0.0.1",
                0,
                Optional.empty(),
                List.of(),
                1,
                Device.CPU,
                DType.FLOAT32,
                folder.resolve("data"),
                Optional.of(folder.resolve("runs")),
                4,
                Limits.DEFAULTS,
                Duration.ZERO));
    client = new Client(studio.port());
  }

  @AfterAll
  static void stop() {
    studio.close();
  }

  @Test
  void showsWhatTheScheduleLeavesAndWhatZeroTerminalSnrChanges() {
    JsonNode schedule = client.get("/api/explore/schedule?steps=10&scheduler=euler").json();
    assertThat(schedule.at("/own/signal_rate").size()).isEqualTo(1000);
    assertThat(schedule.at("/own/training_end/signal_rate").asDouble()).isBetween(0.05, 0.1);
    assertThat(schedule.at("/zero_terminal_snr/training_end/signal_rate").asDouble())
        .isLessThan(1e-3);
    assertThat(schedule.at("/first_step/signal_rate").asDouble()).isBetween(0.05, 0.2);
    assertThat(client.get("/api/explore/schedule?scheduler=best").field()).isEqualTo("scheduler");
    assertThat(client.get("/api/explore/schedule?steps=0").field()).isEqualTo("steps");
  }

  @Test
  void showsWhatNoiseLeavesOfAPicture() {
    byte[] png = PngFile.encode(RgbImage.solid(40, 60, 200, 100, 0), Map.of());
    JsonNode wavelengths =
        client
            .post("/api/explore/wavelengths", List.of(new Client.Part("image", "x", png)), Map.of())
            .json();
    assertThat(wavelengths.get("levels").size())
        .isEqualTo(wavelengths.at("/bands/0/signal_to_noise").size());
    assertThat(
            ImageDecoder.decode(
                    DataUrl.bytes(wavelengths.get("figure_png").asText(), "figure"), "figure")
                .width())
        .isGreaterThan(256);
  }

  @Test
  void sweepsConstantsOnChannels() {
    JsonNode job =
        client.finish(
            "/api/explore/sweep",
            """
            {"image": {"prompt": "a cat", "num_inference_steps": 2, "seed": 1},
             "channels": [0, 2], "constants": [-1.5, 0, 1.5]}""");
    assertThat(job.get("state").asText()).as(job.path("error").asText()).isEqualTo("done");
    assertThat(job.get("pictures").size()).isEqualTo(6);
    JsonNode fourth = client.get("/api/pictures/" + job.at("/pictures/3").asText()).json();
    assertThat(fourth.at("/request/light/channels/2").asDouble()).isEqualTo(-1.5);
    JsonNode first = client.get("/api/pictures/" + job.at("/pictures/0").asText()).json();
    assertThat(first.get("brightness").asDouble())
        .isNotEqualTo(fourth.get("brightness").asDouble());
    assertThat(
            client
                .post("/api/explore/sweep", "{\"image\": {\"prompt\": \"a\"}, \"channels\": [7]}")
                .status())
        .isEqualTo(400);
  }

  @Test
  void showsTrainingRuns() {
    JsonNode runs = client.get("/api/training/runs").json().get("runs");
    assertThat(runs.size()).isEqualTo(1);
    assertThat(runs.at("/0/last/step").asInt()).isEqualTo(3000);
    JsonNode run = client.get("/api/training/runs/my%20run").json();
    assertThat(run.get("metrics").size()).isBetween(1000, 2000);
    assertThat(run.at("/samples/0/step").asInt()).isEqualTo(1000);
    byte[] png = client.get(run.at("/samples/0/png").asText()).body();
    assertThat(ImageDecoder.decode(png, "sample").width()).isEqualTo(9);
    assertThat(client.get("/api/training/runs/no%20run").status()).isEqualTo(404);
    assertThat(client.get("/api/training/runs/my%20run/samples/2").status()).isEqualTo(404);
  }

  @Test
  void tellsPrometheus() {
    client.finish("{\"prompt\": \"a cat\", \"num_inference_steps\": 1}");
    String metrics =
        new String(client.get("/metrics").body(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(metrics)
        .contains("chiaroscuro_jobs_seconds_count{kind=\"image\",state=\"done\"}")
        .contains("chiaroscuro_jobs_waiting 0")
        .contains("chiaroscuro_models_loaded 1")
        .contains("route=\"/api/jobs/{id}/events\"")
        .contains("process_resident_memory");
  }
}
