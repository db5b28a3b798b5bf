package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.json.DataUrl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LightTest {

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
  void comparesForOneSeed() {
    JsonNode job =
        client.finish(
            """
            {"prompt": "a cat", "num_inference_steps": 2, "seed": 3, "compare": true,
             "light": {"mode": "statistics", "statistics": "chiaroscuro-demo"}}""");
    List<JsonNode> pictures = pictures(job);
    assertThat(pictures)
        .extracting(picture -> picture.get("shows").asText())
        .containsExactly("initial", "without", "leak", "with");
    assertThat(pictures).allMatch(picture -> picture.get("seed").asInt() == 3);
    assertThat(job.get("step").asInt()).isEqualTo(job.get("total").asInt()).isGreaterThan(3);
  }

  @Test
  void brightnessFollowsThePaintedField() {
    double dark = brightness("#101010");
    double light = brightness("#f0f0f0");
    assertThat(light - dark).isGreaterThan(0.3);
  }

  private static double brightness(String color) {
    JsonNode job =
        client.finish(
            """
            {"prompt": "an apple", "num_inference_steps": 4, "seed": 1, "guidance_scale": 3,
             "light": {"mode": "hand", "field": %s}}"""
                .formatted(field(color, color)));
    return pictures(job).get(0).get("brightness").asDouble();
  }

  @Test
  void previewsWhatIsPaintedWhereItIsPainted() throws Exception {
    var answer =
        client.post(
            "/api/light/preview",
            "{\"seed\": 4, \"light\": {\"mode\": \"hand\", \"field\": %s}}"
                .formatted(field("#f0f0f0", "#101010")));
    assertThat(answer.status()).isEqualTo(200);
    RgbImage leak = image(answer.json().get("leak_png"));
    assertThat(leak.width()).isEqualTo(128);
    assertThat(leak.value(20, 64, 1) - leak.value(108, 64, 1)).isGreaterThan(100);
    // The preview is of the same latents that a comparison decodes.
    JsonNode job =
        client.finish(
            """
            {"prompt": "a cat", "num_inference_steps": 1, "seed": 4, "compare": true,
             "light": {"mode": "hand", "field": %s}}"""
                .formatted(field("#f0f0f0", "#101010")));
    assertThat(image(answer.json().get("initial_png")).rgb())
        .isEqualTo(png(pictures(job).get(0)).rgb());
    assertThat(leak.rgb()).isEqualTo(png(pictures(job).get(2)).rgb());
    assertThat(Brightness.of(leak).mean())
        .isEqualTo(answer.json().get("leak_brightness").asDouble());
  }

  @Test
  void measuresBrightness() {
    byte[] grey = PngFile.encode(RgbImage.solid(10, 5, 51, 51, 51), Map.of());
    byte[] white = PngFile.encode(RgbImage.solid(4, 4, 255, 255, 255), Map.of());
    JsonNode images =
        client
            .post(
                "/api/brightness",
                List.of(
                    new Client.Part("images", "grey.png", grey),
                    new Client.Part("images", "white.png", white)),
                Map.of())
            .json()
            .get("images");
    assertThat(images.at("/0/name").asText()).isEqualTo("grey.png");
    assertThat(images.at("/0/mean").asDouble()).isEqualTo(0.2);
    assertThat(images.at("/0/histogram/51").asInt()).isEqualTo(150);
    assertThat(images.at("/1/mean").asDouble()).isEqualTo(1);
  }

  /** An image to start from, and only its left half painted anew. */
  @Test
  void paintsTheMaskAnewAndKeepsTheRest() {
    RgbImage blue = RgbImage.solid(128, 128, 20, 40, 200);
    byte[] halves = new byte[3 * 128 * 128];
    for (int i = 0; i < 128 * 128; i++) {
      byte value = (byte) (i % 128 < 64 ? 255 : 0);
      halves[3 * i] = value;
      halves[3 * i + 1] = value;
      halves[3 * i + 2] = value;
    }
    JsonNode job =
        client.finish(
            "{\"prompt\": \"a cat\", \"num_inference_steps\": 3, \"seed\": 1, \"image\": \"%s\", \"mask\": \"%s\"}"
                .formatted(url(blue), url(new RgbImage(128, 128, halves))));
    RgbImage painted = png(pictures(job).get(0));
    assertThat(painted.value(120, 60, 2)).isEqualTo(200);
    assertThat(painted.value(120, 60, 0)).isEqualTo(20);
    assertThat(job.at("/request/image").isMissingNode()).isTrue();
  }

  private static String url(RgbImage image) {
    return DataUrl.png(PngFile.encode(image, Map.of()));
  }

  /** Four rows, the left half of each in one colour and the right half in the other. */
  private static String field(String left, String right) {
    List<String> row = new ArrayList<>(Collections.nCopies(2, left));
    row.addAll(Collections.nCopies(2, right));
    String cells = "[\"" + String.join("\",\"", row) + "\"]";
    return "[" + String.join(",", Collections.nCopies(4, cells)) + "]";
  }

  private static List<JsonNode> pictures(JsonNode job) {
    assertThat(job.get("state").asText()).as(job.path("error").asText()).isEqualTo("done");
    return StreamSupport.stream(job.get("pictures").spliterator(), false)
        .map(id -> client.get("/api/pictures/" + id.asText()).json())
        .toList();
  }

  private static RgbImage png(JsonNode picture) {
    return ImageDecoder.decode(client.get(picture.get("png").asText()).body(), "png");
  }

  private static RgbImage image(JsonNode url) {
    return ImageDecoder.decode(DataUrl.bytes(url.asText(), "png"), "png");
  }
}
