package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's Chromium without a window, at a Studio's page. */
final class Browser implements AutoCloseable {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  /** Says that this machine is meant to have one. */
  private static final String REQUIRED = "CHIAROSCURO_REQUIRE_BROWSER";

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser browser;

  /**
   * Skips the test where there is no Chromium, unless the environment says that there must be one.
   */
  Browser() {
    boolean isThere = Files.isExecutable(CHROMIUM);
    if (System.getenv(REQUIRED) != null) {
      assertThat(isThere).as("%s is set, but there is no %s", REQUIRED, CHROMIUM).isTrue();
    }
    assumeTrue(isThere, "The page is not tested: there is no " + CHROMIUM + "; install Chromium.");
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    // Containers' root has no sandbox to be in; the only page is our own.
                    .setArgs(List.of("--no-sandbox")));
  }

  /** A page with no history, as a user opens it for the first time. */
  Page open(String url, NewContextOptions options) {
    BrowserContext context = browser.newContext(options);
    Page page = context.newPage();
    page.navigate(url);
    return page;
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
