package io.chiaroscuro.server.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.chiaroscuro.server.Studio;
import io.chiaroscuro.server.StudioConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A Studio with a browser at it; whatever the browser complains of fails the test. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class PageTest {

  /** What a job of a few steps takes on a busy machine. */
  private static final double PATIENCE_MILLIS = 120_000;

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  Path folder;
  private Studio studio;
  private Browser browser;
  private final List<String> complaints = new ArrayList<>();
  Page page;

  @BeforeAll
  void start(@TempDir Path folder) {
    this.folder = folder;
    browser = new Browser();
    studio = Studio.start(config(StudioConfig.local(folder.resolve("data"))));
  }

  @AfterAll
  void stop() {
    if (studio != null) {
      studio.close();
      browser.close();
    }
  }

  /** How the Studio differs from one that is started with nothing said. */
  StudioConfig config(StudioConfig local) {
    return local;
  }

  /** With folders of training runs, or a key. */
  static StudioConfig with(StudioConfig local, Optional<String> apiKey, Optional<Path> runsFolder) {
    return new StudioConfig(
        local.host(),
        local.port(),
        apiKey,
        local.models(),
        local.modelsInMemory(),
        local.device(),
        local.dtype(),
        local.dataFolder(),
        runsFolder,
        local.queueLength(),
        local.limits(),
        local.grace());
  }

  /** Opens the page at one of its tabs. */
  void open(String tab) {
    open(tab, new NewContextOptions().setViewportSize(1440, 1000));
  }

  void open(String tab, NewContextOptions options) {
    closePage();
    page = browser.open("about:blank", options);
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
    page.navigate(studio.url() + "#" + tab);
  }

  @AfterEach
  void closePage() {
    if (page != null) {
      page.context().close();
      page = null;
    }
    List<String> heard = List.copyOf(complaints);
    complaints.clear();
    assertThat(heard).as("what the browser complained of").isEmpty();
  }

  /** That requests were refused, which browsers write on the console, was wanted. */
  void forgiveRefusals(int status) {
    assertThat(complaints)
        .isNotEmpty()
        .allMatch(complaint -> complaint.contains("status of " + status));
    complaints.clear();
  }

  Locator button(String name) {
    return page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(name).setExact(true));
  }

  Locator link(String name) {
    return page.getByRole(AriaRole.LINK, new GetByRoleOptions().setName(name).setExact(true));
  }

  Locator field(String label) {
    return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
  }

  /** Waits until it is to be seen. */
  void await(Locator locator) {
    locator.first().waitFor();
  }

  /** Waits until the page knows the server's models. */
  void awaitModels() {
    var attached = new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED);
    page.locator("select[name=model] option").first().waitFor(attached);
  }

  /** A share that is printed in per cent. */
  static double percent(Locator figure) {
    return Double.parseDouble(figure.textContent().replace(" %", ""));
  }

  /** Nothing that axe knows of stands in the way of somebody who does not see or uses no mouse. */
  void assertAccessible() {
    var violations =
        new AxeBuilder(page)
            .setLegacyMode(true).analyze().getViolations().stream()
                .map(rule -> rule.getId() + ": " + rule.getNodes())
                .toList();
    assertThat(violations).isEmpty();
  }

  void assertNoHorizontalScroll() {
    assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
        .as("pixels beyond the right edge")
        .isEqualTo(0);
  }

  void screenshot(String name) {
    page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
  }

  void assertText(Locator locator, String text) {
    assertThat(locator).containsText(text);
  }
}
