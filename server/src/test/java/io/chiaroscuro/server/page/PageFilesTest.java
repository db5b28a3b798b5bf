package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.server.Studio;
import io.chiaroscuro.server.StudioConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers ask for, without one. */
class PageFilesTest {

  /** With spaces, or without as Preact's own modules are written. */
  private static final Pattern IMPORT = Pattern.compile("import\\b[^\"]*from\\s*\"([^\"]+)\"");

  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"(page/[^\"]+)\"");

  @TempDir static Path folder;
  private static Studio studio;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    studio = Studio.start(StudioConfig.local(folder));
  }

  @AfterAll
  static void stop() {
    studio.close();
  }

  private static HttpResponse<String> get(URI address) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  @Test
  void everyModuleFindsWhatItImports() throws Exception {
    URI root = URI.create(studio.url());
    var open = new ArrayDeque<URI>();
    links(LINK, get(root).body()).forEach(link -> open.add(root.resolve(link)));
    Set<URI> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      URI address = open.pop();
      var answer = get(address);
      assertThat(answer.statusCode()).as(address.getPath()).isEqualTo(200);
      for (String link : links(IMPORT, answer.body())) {
        assertThat(link).as("an import in %s", address).startsWith(".");
        URI imported = address.resolve(link);
        if (seen.add(imported)) {
          open.add(imported);
        }
      }
    }
    assertThat(seen)
        .extracting(URI::getPath)
        .contains("/page/vendor/preact.js", "/page/vendor/hooks.js", "/page/create/create.js");
  }

  private static Set<String> links(Pattern pattern, String text) {
    Set<String> links = new HashSet<>();
    pattern.matcher(text).results().map((MatchResult found) -> found.group(1)).forEach(links::add);
    return links;
  }

  @Test
  void pageHoldsNoScriptOfItsOwn() throws Exception {
    var page = get(URI.create(studio.url()));
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(page.body()).doesNotContainPattern("<script(?![^>]*src=)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "page/none.js",
        "page/index.html",
        "page/Page.class",
        "page/%2e%2e/api/openapi.json",
        "page/..%2fapi/openapi.json",
        "page/vendor/none.js",
      })
  void nothingElseIsServed(String path) throws Exception {
    assertThat(get(URI.create(studio.url() + path)).statusCode()).isBetween(400, 404);
  }
}
