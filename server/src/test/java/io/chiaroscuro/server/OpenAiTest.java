package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.Client.Answer;
import io.chiaroscuro.server.Client.Part;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenAI's clients do not send, or never show: broken requests, a full queue, going away. */
@Timeout(120)
class OpenAiTest {

  private static final String KEY = "correct-horse-battery";
  private static final String[] BEARER = {"Authorization", "Bearer " + KEY};
  private static final String LONG =
      "{\"prompt\": \"a dog\", \"num_inference_steps\": 150, \"n\": 16}";

  @TempDir Path folder;
  private Studio studio;
  private Client client;

  @BeforeEach
  void start() {
    studio =
        Studio.start(
            new StudioConfig(
                "127.0.0.1",
                0,
                Optional.of(KEY),
                List.of(),
                1,
                Device.CPU,
                DType.FLOAT32,
                folder,
                Optional.empty(),
                1,
                Limits.DEFAULTS,
                Duration.ZERO));
    client = new Client(studio.port());
  }

  @AfterEach
  void stop() {
    studio.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "5",
        "{",
        "{\"prompt\": 5}",
        "{\"prompt\": \"x\", \"light\": []}",
        "{}",
        "{\"prompt\": \"x\", \"light\": 5, \"mean_color\": \"#000000\"}",
        "{\"prompt\": \"x\", \"n\": 0}",
        "{\"prompt\": \"x\", \"n\": 1.5}",
        "{\"prompt\": \"x\", \"stream\": true, \"n\": 2}",
        "{\"prompt\": \"x\", \"strength\": 0.5}",
        "{\"prompt\": \"x\", \"partial_images\": 4}",
        "{\"prompt\": \"x\", \"size\": \"99999x99999\"}",
        "{\"prompt\": \"x\", \"mean_color\": \"dark\"}"
      })
  void refusesBodies(String body) {
    requireError(client.post("/v1/images/generations", body, BEARER), 400);
  }

  @Test
  void refusesQueriesFormsAndPaths() {
    for (String query : List.of("seed=one", "none=1", "light%5Ba%5D=1", "light%5Bstrength%5D=x")) {
      String path = "/v1/images/generations?" + query;
      requireError(client.post(path, "{\"prompt\": \"x\"}", BEARER), 400);
    }
    requireError(client.post("/v1/images/edits", "{}", BEARER), 415);
    requireError(client.get("/v1/images/generations", BEARER), 405);
    requireError(client.get("/v1/images/none", BEARER), 404);
    requireError(client.get("/v1/models"), 401);
    assertThat(client.get("/v1/models").json().at("/error/code").asText())
        .isEqualTo("invalid_api_key");
  }

  @Test
  void refusesEdits() {
    byte[] png = PngFile.encode(RgbImage.solid(64, 64, 1, 2, 3), Map.of());
    var image = new Part("image", "a.png", png);
    refusesEdit("image", List.of(), Map.of("prompt", "x"));
    refusesEdit("image", List.of(image, image), Map.of("prompt", "x"));
    refusesEdit("image", List.of(new Part("image", "a", new byte[] {1})), Map.of("prompt", "x"));
    refusesEdit("mask", List.of(image, new Part("mask", "m.png", png)), Map.of("prompt", "x"));
    refusesEdit("prompt", List.of(image), Map.of());
    refusesEdit("n", List.of(image), Map.of("prompt", "x", "n", "one"));
    refusesEdit("light", List.of(image), Map.of("prompt", "x", "light", "dark"));
    refusesEdit("strength", List.of(image), Map.of("prompt", "x", "strength", "2"));
  }

  private void refusesEdit(String param, List<Part> files, Map<String, String> fields) {
    var answer = client.post("/v1/images/edits", files, fields, BEARER);
    requireError(answer, 400);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
  }

  /** Of one place in the queue and one job that runs, the third finds none. */
  @Test
  void saysWhenTheQueueIsFullAndForgetsWhoeverGoesAway() throws Exception {
    try (var first = ask()) {
      untilJobs("running", 1); // before that it takes the one place in the queue
      try (var second = ask()) {
        untilJobs("queued", 1);
        Answer third = client.post("/v1/images/generations", LONG, BEARER);
        requireError(third, 429);
        assertThat(third.json().at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(third.response().headers().firstValue("Retry-After")).isPresent();
        second.close();
        untilJobs("cancelled", 1);
        first.close();
        untilJobs("cancelled", 2);
      }
    }
  }

  /** AUTOMATIC1111's clients know a name and a password alone. */
  @Test
  void takesTheKeyAsAPassword() {
    assertThat(basic("any:" + KEY).status()).isEqualTo(200);
    for (String wrong : List.of("any:wrong", ":", "", KEY + ":")) {
      assertThat(basic(wrong).status()).isEqualTo(401);
    }
    var broken = client.get("/sdapi/v1/options", "Authorization", "Basic ?");
    assertThat(broken.status()).isEqualTo(401);
    assertThat(broken.json().get("detail").asText()).contains("API key");
  }

  private Answer basic(String both) {
    String encoded = Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    return client.get("/sdapi/v1/options", "Authorization", "Basic " + encoded);
  }

  private Socket ask() throws Exception {
    var socket = new Socket("127.0.0.1", studio.port());
    socket
        .getOutputStream()
        .write(
            ("POST /v1/images/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
                    + "%d\r\nAuthorization: Bearer %s\r\n\r\n%s")
                .formatted(LONG.length(), KEY, LONG)
                .getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private void untilJobs(String state, int count) throws InterruptedException {
    while (jobs(state) < count) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private long jobs(String state) {
    JsonNode jobs = client.get("/api/jobs", BEARER).json().get("jobs");
    return jobs.findValuesAsText("state").stream().filter(state::equals).count();
  }

  private static void requireError(Answer answer, int status) {
    JsonNode error = answer.json().get("error");
    assertThat(answer.status()).as(answer.message()).isEqualTo(status);
    assertThat(error.get("message").asText()).matches("['A-Z].*\\.");
    assertThat(error.get("type").asText())
        .isEqualTo(status == 429 ? "requests" : "invalid_request_error");
    assertThat(error.has("param")).isTrue();
    assertThat(error.has("code")).isTrue();
  }
}
