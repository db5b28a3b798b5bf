package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand requests that are damaged at random, over all routes there are: each gets an answer
 * below 500, each refusal a sentence, and in the end the server still makes pictures.
 */
class MalformedRequestsTest {

  private static final int REQUESTS = 10_000;
  private static final int CLIENTS = 4;

  private static final List<String> BODIES =
      List.of(
          "{\"prompt\":\"a\",\"num_inference_steps\":1,\"width\":32,\"height\":32,\"seed\":1,\"count\":1}",
          "{\"prompt\":\"a\",\"light\":{\"mode\":\"hand\",\"channels\":{\"0\":-1.5},\"strength\":1},\"compare\":true}",
          "{\"prompt\":\"a\",\"image\":\"data:image/png;base64,iVBORw0KGgo=\",\"strength\":0.5}",
          "{\"light\":{\"mode\":\"statistics\",\"statistics\":\"chiaroscuro-demo\",\"directions\":{\"0\":1}},\"seed\":3,\"width\":64,\"height\":64}",
          "{\"image\":{\"prompt\":\"a\",\"num_inference_steps\":1},\"channels\":[0,1],\"constants\":[-1,1]}",
          "{\"name\":\"x\",\"upload\":\"0011\",\"n_components\":3,\"center_crop\":true}",
          "{\"model\":\"chiaroscuro-demo\",\"prompt\":\"a\",\"n\":1,\"size\":\"32x32\",\"num_inference_steps\":1,\"light\":{\"mean_color\":\"#102030\"},\"response_format\":\"url\",\"stream\":false}",
          "{\"prompt\":\"a\",\"steps\":1,\"width\":32,\"height\":32,\"n_iter\":1,\"sampler_name\":\"Euler a\",\"alwayson_scripts\":{\"chiaroscuro\":{\"args\":[{\"strength\":1}]}},\"init_images\":[\"iVBORw0KGgo=\"],\"override_settings\":{\"CLIP_stop_at_last_layers\":1}}",
          "{\"image\":\"iVBORw0KGgo=\",\"sd_model_checkpoint\":\"chiaroscuro-demo\",\"CLIP_stop_at_last_layers\":1}",
          "");

  private static final List<String> ODD =
      List.of(
          "null",
          "-1",
          "0",
          "1e400",
          "NaN",
          "99999999999999999999",
          "\"\"",
          "\"\\u0000\"",
          "[]",
          "{}",
          "[[[]]]",
          "true",
          "\"../../etc/passwd\"",
          "\"\\ud800\"",
          "0.1",
          "\"%00\"",
          "'",
          "{",
          "1e-400",
          "\"chiaroscuro-demo\"");

  private static final List<String> NAMES =
      List.of(
          "none",
          "%00",
          "..%2f..%2fetc%2fpasswd",
          "..",
          "a%20b",
          "-1",
          "%F0%9F%92%A1",
          "0",
          "chiaroscuro-demo",
          "x".repeat(300));

  private static final List<String> TYPES =
      List.of(
          "application/json",
          "text/plain",
          "multipart/form-data; boundary=x",
          "multipart/form-data",
          "application/x-www-form-urlencoded",
          "a/b; charset=nothing");

  @Test
  void getAnAnswerBelow500EachAndASentence(@TempDir Path folder) throws Exception {
    try (var studio = Studio.start(StudioConfig.local(folder))) {
      List<String> routes = List.copyOf(studio.routes());
      var clients = Executors.newFixedThreadPool(CLIENTS);
      List<Future<List<String>>> wrong = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        Random random = new Random(client);
        wrong.add(clients.submit(() -> attack(studio.port(), routes, random)));
      }
      for (Future<List<String>> found : wrong) {
        assertThat(found.get()).isEmpty();
      }
      clients.shutdown();
      var client = new Client(studio.port());
      client.get("/api/jobs?limit=200").json().get("jobs").findValuesAsText("id").stream()
          .forEach(id -> client.delete("/api/jobs/" + id));
      var job =
          client.finish(
              "{\"prompt\": \"a\", \"num_inference_steps\": 1, \"width\": 32, \"height\": 32}");
      assertThat(job.get("state").asText()).isEqualTo("done");
    }
  }

  /** The requests that were answered otherwise than they should. */
  private static List<String> attack(int port, List<String> routes, Random random)
      throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < REQUESTS / CLIENTS; i++) {
      String[] route = routes.get(random.nextInt(routes.size())).split(" ");
      String path = route[1].replaceAll("[{<][^}>]*[}>]", pick(NAMES, random)) + query(random);
      byte[] body = body(random);
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .method(
                  random.nextInt(20) == 0 ? "PATCH" : route[0], BodyPublishers.ofByteArray(body))
              .header("Content-Type", pick(TYPES, random))
              .build();
      HttpResponse<String> answer = send(http, request);
      if (answer.statusCode() >= 500 || answer.statusCode() >= 400 && !isSentence(answer.body())) {
        wrong.add(
            "%s %s %s: %d %s"
                .formatted(
                    request.method(),
                    path,
                    new String(body, StandardCharsets.UTF_8),
                    answer.statusCode(),
                    answer.body()));
      }
    }
    return wrong;
  }

  /**
   * After a request that is no HTTP the server closes the connection, which the client may notice
   * only when it sends its next request on it; that one it sends again (RFC 9112, section 9.3.1).
   */
  private static HttpResponse<String> send(HttpClient http, HttpRequest request) throws Exception {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException closed) {
      return http.send(request, BodyHandlers.ofString());
    }
  }

  private static boolean isSentence(String body) {
    return body.length() > 20 && !body.contains("Exception") && !body.contains("\tat ");
  }

  private static String query(Random random) {
    return random.nextInt(3) == 0
        ? "?limit=%s&before=%s&0=%s&seed=x&steps=%s&model=%s"
            .formatted(
                pick(NAMES, random),
                pick(NAMES, random),
                pick(NAMES, random),
                pick(NAMES, random),
                pick(NAMES, random))
        : "";
  }

  private static byte[] body(Random random) {
    if (random.nextInt(4) == 0) {
      return form(random);
    }
    StringBuilder json = new StringBuilder(pick(BODIES, random));
    for (int damage = random.nextInt(3); damage >= 0 && !json.isEmpty(); damage--) {
      int at = random.nextInt(json.length());
      switch (random.nextInt(4)) {
        case 0 -> json.deleteCharAt(at);
        case 1 -> json.insert(at, (char) random.nextInt(0x250));
        case 2 -> json.setLength(at);
        default -> {
          int colon = json.indexOf(":", at);
          int end = colon < 0 ? -1 : json.indexOf(",", colon);
          if (end > 0) {
            json.replace(colon + 1, end, pick(ODD, random));
          }
        }
      }
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A form whose file is a picture, or was one. */
  private static byte[] form(Random random) {
    byte[] png = PngFile.encode(RgbImage.solid(8, 8, 1, 2, 3), Map.of());
    if (random.nextBoolean()) {
      png[random.nextInt(png.length)] ^= (byte) (1 << random.nextInt(8));
    }
    String text =
        "--x\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n%s\r\n--x%s"
            .formatted(
                random.nextBoolean() ? "images" : "image",
                pick(NAMES, random),
                new String(png, StandardCharsets.ISO_8859_1),
                random.nextBoolean() ? "--\r\n" : "");
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String pick(List<String> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }
}
