package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.server.MalformedRequests.Request;
import io.chiaroscuro.server.RawHttp.Leaving;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is sent, the answer is a status of the client's fault and one sentence, and the server
 * lives. {@code -Dchiaroscuro.fuzz.seed} has other requests sent, {@code
 * -Dchiaroscuro.fuzz.requests} more of them.
 */
class MalformedRequestsTest {

  private static final long SEED = Long.getLong("chiaroscuro.fuzz.seed", 6);
  private static final int REQUESTS = Integer.getInteger("chiaroscuro.fuzz.requests", 10_000);
  private static final int CLIENTS = 8;
  private static final int LONGEST_SENTENCE = 1000;

  /** Small, so that what happens to be valid is soon done. */
  private static final Limits LIMITS = new Limits(64, 2, 2, 256 << 10, 4_000_000, 20);

  private static final String PICTURE =
      "{\"prompt\": \"a cat\", \"num_inference_steps\": 2, \"seed\": 3, \"width\": 64, \"height\": 64}";

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private static Path folder;
  private static Studio studio;
  private static Client client;
  private static RawHttp raw;

  @BeforeAll
  static void start() {
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
                folder,
                Optional.empty(),
                CLIENTS,
                LIMITS,
                Duration.ZERO));
    client = new Client(studio.port());
    raw = new RawHttp(studio.port());
  }

  @AfterAll
  static void stop() {
    studio.close();
  }

  @Test
  void everyMalformedRequestGetsASentenceAndTheServerLives() throws Exception {
    JsonNode job = client.finish(PICTURE);
    String picture = job.at("/pictures/0").asText();
    byte[] before = client.get("/api/pictures/" + picture + "/png").body();
    var bodies = ValidRequests.all(upload(), before);
    requireValid(bodies);
    List<String> ids = List.of(job.get("id").asText(), picture, "chiaroscuro-demo", "mine", "1");
    var requests =
        new MalformedRequests(SEED, studio.routes(), bodies, ids, (int) LIMITS.maxBodyBytes());

    Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
    Queue<String> faults = new ConcurrentLinkedQueue<>();
    var clients = Executors.newFixedThreadPool(CLIENTS);
    for (int i = 0; i < REQUESTS; i++) {
      int number = i;
      clients.execute(
          () -> {
            Request request = requests.get(number);
            try {
              RawHttp.Answer answer = raw.send(request.bytes(), request.leaving());
              statuses.computeIfAbsent(answer.status(), s -> new AtomicInteger()).incrementAndGet();
              fault(request, answer)
                  .ifPresent(fault -> faults.add(number + ": " + fault + "\n  " + request));
            } catch (IOException | RuntimeException | AssertionError e) {
              faults.add(number + ": " + e + "\n  " + request);
            }
          });
    }
    clients.shutdown();
    assertThat(clients.awaitTermination(10, TimeUnit.MINUTES)).isTrue();

    System.out.println("answers by status: " + new TreeMap<>(statuses));
    assertThat(faults).isEmpty();
    assertThat(client.get("/health/live").status()).isEqualTo(200);
    assertThat(client.get("/health/ready").status()).isEqualTo(200);
    String again = client.finish(PICTURE).at("/pictures/0").asText();
    assertThat(client.get("/api/pictures/" + again + "/png").body()).isEqualTo(before);
  }

  private static String upload() {
    byte[] png = ValidRequests.all("", new byte[0]).get("POST /api/uploads").files().get(0).bytes();
    var parts = List.of(new Client.Part("images", "a", png), new Client.Part("images", "b", png));
    return client.post("/api/uploads", parts, Map.of()).json().get("upload").asText();
  }

  /** What is spoilt must have been valid, or nothing behind the first check is ever reached. */
  private static void requireValid(Map<String, ValidRequests.Body> bodies) {
    assertThat(bodies.keySet())
        .containsExactlyInAnyOrderElementsOf(
            studio.routes().stream().filter(route -> route.startsWith("POST ")).toList());
    var softly = new SoftAssertions();
    bodies.forEach(
        (route, body) -> {
          String path = route.substring("POST ".length());
          Client.Answer answer =
              body.isForm()
                  ? client.post(
                      path,
                      body.files().stream()
                          .map(file -> new Client.Part(file.field(), "a.png", file.bytes()))
                          .toList(),
                      body.fields())
                  : client.post(path, body.json());
          softly
              .assertThat(answer.status())
              .as(route + " " + new String(answer.body(), StandardCharsets.UTF_8))
              .isBetween(200, 299);
        });
    softly.assertAll();
  }

  private static Optional<String> fault(Request request, RawHttp.Answer answer) {
    int status = answer.status();
    if (status == 0) {
      return request.leaving() == Leaving.GOES ? Optional.empty() : Optional.of("no answer");
    }
    if (status >= 200 && status < 300) {
      return Optional.empty();
    }
    if (status < 400 || status > 499) {
      return Optional.of(status + " " + answer.text());
    }
    if (isHead(request)) {
      return Optional.empty();
    }
    return sentence(request.path(), answer).filter(MalformedRequestsTest::isGood).isPresent()
        ? Optional.empty()
        : Optional.of(status + " " + answer.text());
  }

  private static boolean isHead(Request request) {
    return request.bytes().length > 5
        && new String(request.bytes(), 0, 5, StandardCharsets.ISO_8859_1).equals("HEAD ");
  }

  /** In the shape of the door, or, of what is no HTTP, in ours. */
  private static Optional<String> sentence(String path, RawHttp.Answer answer) {
    boolean reachedDoor = answer.head().contains("Content-Security-Policy");
    try {
      JsonNode body = JSON.readTree(answer.body());
      if (reachedDoor && path.startsWith("/v1/")) {
        assertThat(body.get("error").has("type")).as(answer.text()).isTrue();
      }
      boolean isWebUi =
          path.isEmpty() ? body.has("detail") : reachedDoor && path.startsWith("/sdapi/");
      return Optional.of(body.at(isWebUi ? "/detail" : "/error/message").asText());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isGood(String sentence) {
    return sentence.endsWith(".")
        && sentence.length() <= LONGEST_SENTENCE
        && sentence.chars().noneMatch(Character::isISOControl)
        && !sentence.contains("Exception")
        && !sentence.contains("io.chiaroscuro")
        && !sentence.contains(folder.toString());
  }
}
