package io.chiaroscuro.hub;

import static io.chiaroscuro.hub.HubSandbox.PIPELINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.chiaroscuro.InvalidInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nonsense from a hub, or from what passes for one, ends in one sentence and in no file. */
class HostileHubTest {

  private static final String LISTING =
      """
      {"id": "org/lora", "sha": "0123456789abcdef0123456789abcdef01234567", "private": false,
       "siblings": [{"rfilename": "README.md"}, {"rfilename": "styles/lora.safetensors"}]}
      """;

  @TempDir private Path folder;
  private HubSandbox sandbox;
  private HttpServer server;
  private volatile byte[] answer;
  private volatile String location = "";

  @BeforeEach
  void serve() throws IOException {
    sandbox = HubSandbox.create(folder);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            if (location.isEmpty()) {
              exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
              exchange.getResponseBody().write(answer);
            } else {
              exchange.getResponseHeaders().set("Location", location);
              exchange.sendResponseHeaders(302, -1);
            }
          }
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    sandbox.close();
  }

  private void resolve() {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    new Hub(sandbox.at(address)).resolve("org/lora", Wanted.LORA, DownloadListener.NONE);
  }

  @Test
  void survivesListingsOfAllKinds() throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 400; i++) {
      byte[] listing = LISTING.getBytes(StandardCharsets.UTF_8);
      for (int n = random.nextInt(6); n >= 0; n--) {
        listing[random.nextInt(listing.length)] = (byte) (random.nextInt(95) + 32);
      }
      answer = Arrays.copyOf(listing, random.nextInt(listing.length + 1));
      assertThat(catchThrowable(this::resolve))
          .as(new String(answer, StandardCharsets.UTF_8))
          .isInstanceOf(InvalidInputException.class)
          .extracting(Throwable::getMessage)
          .asString()
          .doesNotContain("\n");
    }
    assertThat(HubSandbox.names(folder)).isEmpty();
  }

  @Test
  void isNotBuriedUnderBrackets() {
    answer = "[".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(this::resolve).hasMessageContaining("no listing of org/lora");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/again", "file:///etc/passwd", "ht tp://x", "http://", "jar:file:x!/y"})
  void isNotLedAnywhere(String elsewhere) {
    location = elsewhere;
    assertThatThrownBy(this::resolve)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Cannot reach");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "7",
        "{\"unet\": [\"diffusers\", \"UNet\"]",
        "{\"..\": [1, \"x\"]}"
      })
  void survivesIndexesOfAllKinds(String modelIndex) throws IOException {
    sandbox.remote().repository(PIPELINE).put("model_index.json", modelIndex);
    assertThatThrownBy(() -> sandbox.resolve(PIPELINE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model_index.json of " + PIPELINE);
    assertThat(sandbox.remote().downloads()).hasSizeLessThan(2); // Not a byte of weights.
  }
}
