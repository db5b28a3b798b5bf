package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be used is refused at once: 4xx, a sentence, the field. */
class RefusalsTest {

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "stepz | 'stepz': 3",
        "num_inference_steps | 'num_inference_steps': 151",
        "num_inference_steps | 'num_inference_steps': 2.5",
        "num_inference_steps | 'num_inference_steps': 'many'",
        "num_inference_steps | 'num_inference_steps': 99999999999999999999",
        "width | 'width': 2048",
        "width | 'width': 130",
        "height | 'height': -8",
        "count | 'count': 17",
        "seed | 'seed': -1",
        "seed | 'seed': 1e400",
        "guidance_scale | 'guidance_scale': 'NaN'",
        "guidance_rescale | 'guidance_rescale': 2",
        "clip_skip | 'clip_skip': -1",
        "scheduler | 'scheduler': 'best'",
        "model | 'model': '../../etc'",
        "compare | 'compare': true",
        "strength | 'strength': 0.5",
        "mask | 'mask': 'data:image/png;base64,AAAA'",
        "image | 'image': 'data:image/png;base64,!!'",
        "image | 'image': 'data:image/png;base64,AAAA'",
        "num_inference_steps | 'num_inference_steps': 1, 'image': 'data:image/png;base64,AAAA'",
        "negative_prompt | 'negative_prompt': 5",
        "negative_prompt | 'negative_prompt': '\\u0000'",
        "light.mode | 'light': {'mode': 'bright'}",
        "light.statistics | 'light': {'mode': 'statistics'}",
        "light.statistics | 'light': {'mode': 'statistics', 'statistics': '../../x'}",
        "light.mean_color | 'light': {'mode': 'hand', 'mean_color': 'blue'}",
        "light.channels | 'light': {'mode': 'hand', 'channels': {'4': 1}}",
        "light.channels | 'light': {'mode': 'hand', 'channels': {'x': 1}}",
        "light.channels.0 | 'light': {'mode': 'hand', 'channels': {'0': null}}",
        "light.field | 'light': {'mode': 'hand', 'field': [['#000000']]}",
        "light.strength | 'light': {'mode': 'hand', 'strength': -1}",
        "light.preset | 'light': {'mode': 'hand', 'preset': 'green'}",
        "light.directions | 'light': {'mode': 'hand', 'directions': {'0': 1}}",
        "light | 'light': [1]",
      })
  void namesTheField(String field, String json) {
    var answer =
        client.post("/api/jobs", "{'prompt': 'a tree', %s}".formatted(json).replace('\'', '"'));
    assertThat(answer.status()).as(answer.message()).isEqualTo(400);
    assertThat(answer.field()).as(answer.message()).isEqualTo(field);
    assertThat(answer.message()).endsWith(".").doesNotContain("Exception");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "5", "{", "{\"prompt\": 1}", "{\"prompt\":\"a\"} x", "{}"})
  void refusesWhatIsNoRequest(String body) {
    var answer = client.post("/api/jobs", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message()).endsWith(".").doesNotContain("Exception", "io.chiaroscuro");
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    var answer = client.post("/api/jobs", "x".repeat((32 << 20) + 1));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.message()).contains("larger than");
  }

  /** A file of a hundred bytes that claims 20000 x 20000 pixels. */
  @Test
  void refusesADecompressionBombByItsHeader() {
    byte[] bomb = PngBytes.claiming(20_000, 20_000);
    String image = "data:image/png;base64," + Base64.getEncoder().encodeToString(bomb);
    var job = client.post("/api/jobs", "{\"prompt\": \"a\", \"image\": \"%s\"}".formatted(image));
    assertThat(job.status()).isEqualTo(400);
    assertThat(job.message()).contains("20000x20000");
    var brightness =
        client.post("/api/brightness", List.of(new Client.Part("images", "b.png", bomb)), Map.of());
    assertThat(brightness.status()).isEqualTo(400);
    var moderate = PngBytes.claiming(9_000, 9_000);
    var limited =
        client.post(
            "/api/brightness", List.of(new Client.Part("images", "b.png", moderate)), Map.of());
    assertThat(limited.message()).contains("more than the 64000000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/jobs/none",
        "/api/jobs/none/events",
        "/api/pictures/none",
        "/api/pictures/..%2f..%2fstudio.db/png",
        "/api/statistics/..%2fpictures",
        "/api/training/runs/..",
        "/api/nothing"
      })
  void whatIsNotThereIs404(String path) {
    var answer = client.get(path);
    assertThat(answer.status()).isIn(400, 404);
  }

  @Test
  void formsThatAreNoneAreRefused() {
    for (String path :
        List.of(
            "/api/brightness",
            "/api/uploads",
            "/api/pictures/settings",
            "/api/explore/wavelengths")) {
      assertThat(client.post(path, "{}").status()).isEqualTo(415);
      assertThat(client.post(path, List.of(), Map.of("a", "b")).status()).isEqualTo(400);
      assertThat(
              client.post(path, "--x", "Content-Type", "multipart/form-data; boundary=y").status())
          .isBetween(400, 499);
      var text =
          List.of(new Client.Part("images", "../../x", "text".getBytes(StandardCharsets.UTF_8)));
      assertThat(client.post(path, text, Map.of()).status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\0\0\0\r\n\r\n",
        "POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        "POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      })
  void whatIsNoHttpGetsASentenceToo(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", studio.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400 ").contains("{\"error\":{\"message\":");
    }
  }
}
