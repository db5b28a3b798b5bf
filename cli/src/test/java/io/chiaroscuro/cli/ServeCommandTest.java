package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeCommandTest {

  @TempDir private Path folder;

  @Test
  void servesUntilItIsTerminated() throws Exception {
    Path err = folder.resolve("err");
    Process server =
        new ProcessBuilder(
                ChildProgram.command(
                    "serve", "--port=0", "--data-folder=" + folder.resolve("data")))
            .redirectError(err.toFile())
            .start();
    try {
      var out =
          new BufferedReader(
              new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
      String line = String.valueOf(out.readLine());
      assertThat(line).as(ChildProgram.said(err)).startsWith("The Studio is at http://127.0.0.1:");
      String url = line.substring(line.indexOf("http"));
      assertThat(get(url + "health/ready")).contains("ok");
      assertThat(get(url + "api/models")).contains("chiaroscuro-demo");
      server.destroy(); // SIGTERM
      server.waitFor();
      assertThat(ChildProgram.said(err)).contains("Stopping", "\"path\":\"/health/ready\"");
    } finally {
      server.destroyForcibly();
    }
  }

  private static String get(String url) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @ParameterizedTest
  @CsvSource({
    "--host=0.0.0.0, API key",
    "--port=70000, 0 to 65535",
    "--models-in-memory=0, models in memory",
    "--queue-length=0, queue",
    "--model=nowhere/at-all/x, nowhere",
    "--device=abacus, abacus",
  })
  void refusesWhatCannotBeMeant(String option, String said) {
    var run = CommandLineRun.of("serve", "--data-folder=" + folder.resolve("data"), option);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(said).hasLineCount(1);
  }
}
