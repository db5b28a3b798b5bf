package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.server.job.Limits;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

  private static final String KEY = "correct-horse-battery";

  @TempDir private Path folder;

  private StudioConfig config(String host, Optional<String> key) {
    return new StudioConfig(
        host,
        0,
        key,
        List.of(),
        1,
        Device.CPU,
        DType.FLOAT32,
        folder,
        Optional.empty(),
        2,
        Limits.DEFAULTS,
        Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.2"})
  void beyondThisMachineThereIsAKey(String host) {
    assertThatThrownBy(() -> config(host, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("API key");
    assertThat(config(host, Optional.of(KEY)).host()).isEqualTo(host);
    assertThatThrownBy(() -> config(host, Optional.of("short")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("easily guessed");
  }

  @Test
  void onlyTheKeyOpens() {
    try (var studio = Studio.start(config("127.0.0.1", Optional.of(KEY)))) {
      var client = new Client(studio.port());
      for (String path : List.of("/api/info", "/api/jobs", "/metrics", "/api/none")) {
        assertThat(client.get(path).status()).as(path).isEqualTo(401);
        assertThat(client.get(path, "Authorization", "Bearer wrong").status()).isEqualTo(401);
      }
      for (String path : List.of("/%61pi/info", "//api/info", "/api;x/info", "/x/../api/info")) {
        assertThat(client.get(path).status()).as(path).isIn(400, 401, 404);
      }
      assertThat(client.get("/health/ready").status()).isEqualTo(200);
      assertThat(client.get("/openapi.json").status()).isEqualTo(200);
      assertThat(
              client
                  .get("/api/info", "Authorization", "Bearer " + KEY)
                  .json()
                  .get("key_needed")
                  .asBoolean())
          .isTrue();
      assertThat(client.get("/api/info", "X-Api-Key", KEY).status()).isEqualTo(200);

      assertThat(client.post("/api/session", "", "X-Api-Key", "wrong").status()).isEqualTo(401);
      var session = client.post("/api/session", "", "X-Api-Key", KEY);
      assertThat(session.status()).isEqualTo(204);
      String cookie = session.response().headers().firstValue("Set-Cookie").orElseThrow();
      assertThat(cookie).contains("HttpOnly").containsIgnoringCase("SameSite=Strict");
      assertThat(client.get("/api/info", "Cookie", cookie.split(";")[0]).status()).isEqualTo(200);
    }
  }

  @Test
  void withoutAKeyOtherSitesStayOutside() throws IOException {
    try (var studio = Studio.start(config("127.0.0.1", Optional.empty()))) {
      int port = studio.port();
      assertThat(status(port, "Host: 127.0.0.1:" + port)).isEqualTo(200);
      assertThat(status(port, "Host: localhost:" + port)).isEqualTo(200);
      assertThat(status(port, "Host: [::1]:" + port)).isEqualTo(200);
      assertThat(status(port, "Host: evil.example:" + port)).isEqualTo(403);
      String own = "Host: localhost:" + port + "\r\nOrigin: ";
      assertThat(status(port, own + "http://localhost:" + port)).isEqualTo(200);
      assertThat(status(port, own + "http://evil.example")).isEqualTo(403);
      assertThat(status(port, own + "null")).isEqualTo(403);
      assertThat(status(port, own + "http://[")).isEqualTo(403);
    }
  }

  /** By hand, since Java's client does not let its users write these headers. */
  private static int status(int port, String headers) throws IOException {
    try (var socket = new Socket("127.0.0.1", port)) {
      socket
          .getOutputStream()
          .write(
              ("GET /api/info HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(answer.split(" ")[1]);
    }
  }

  @Test
  void tellsBrowsersWhatToRefuse() {
    try (var studio = Studio.start(config("127.0.0.1", Optional.empty()))) {
      var client = new Client(studio.port());
      for (String path : List.of("/api/info", "/api/none", "/health/live")) {
        var headers = client.get(path).response().headers();
        assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
            .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'");
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(headers.firstValue("Server")).isEmpty();
      }
    }
  }

  @Test
  void oneServerHasTheDataFolder() {
    try (var studio = Studio.start(config("127.0.0.1", Optional.empty()))) {
      assertThatThrownBy(() -> Studio.start(config("127.0.0.1", Optional.empty())))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("Another server uses the data folder");
      var taken =
          new StudioConfig(
              "127.0.0.1",
              studio.port(),
              Optional.empty(),
              List.of(),
              1,
              Device.CPU,
              DType.FLOAT32,
              folder.resolve("other"),
              Optional.empty(),
              2,
              Limits.DEFAULTS,
              Duration.ZERO);
      assertThatThrownBy(() -> Studio.start(taken))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("is taken");
    }
  }
}
