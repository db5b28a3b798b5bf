package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatisticsTabTest extends PageTest {

  @Test
  void photographsBecomeLight() {
    open("statistics");
    page.locator(".drop-zone input").setInputFiles(pictures().toArray(Path[]::new));
    assertText(page.locator(".drop-zone"), "4 pictures chosen");
    field("Name").fill("evening");
    button("Build").click();
    Locator portrait = page.locator(".portrait");
    await(portrait.getByText("evening"));
    assertText(page.locator(".shelf"), "4 pictures");
    awaitPicture("Mean");
    awaitPicture("Variance");
    awaitPicture("Seed 5");
    assertAccessible();
    screenshot("statistics");

    Locator along = page.getByAltText("Mean, and so far along");
    String mean = along.getAttribute("src");
    page.locator(".directions input").first().fill("2.5");
    page.waitForFunction(
        "known => !document.querySelector('.directions img').src.endsWith(known)", mean);
    awaitPicture("Mean, and so far along");

    String zip = page.waitForDownload(() -> link("Download").click()).suggestedFilename();
    assertThat(zip).isEqualTo("evening.zip");

    button("Use in Create").click();
    assertThat(page.locator("select[name=statistics]").inputValue()).isEqualTo("evening");
    assertText(page.locator(".light-panel"), "One direction is set");
    field("Prompt").fill("a red apple");
    field("Steps").last().fill("2");
    button("Create").click();
    await(page.locator(".result dd.mean-without"));

    page.getByText("Statistics").first().click();
    button("Remove").click();
    await(portrait.getByText("chiaroscuro-demo"));
    assertThat(page.locator(".shelf").getByText("evening").count()).isZero();
  }

  private List<Path> pictures() {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Path file = folder.resolve("picture-%d.png".formatted(i));
      PngFile.write(file, RgbImage.solid(128, 128, 40 + 30 * i, 20, 60), Map.of());
      files.add(file);
    }
    return files;
  }

  private void awaitPicture(String name) {
    page.waitForFunction(
        "name => [...document.images].find(i => i.alt === name)?.naturalWidth > 0", name);
  }

  @Test
  void fitsAPhone() {
    open("statistics", new NewContextOptions().setViewportSize(360, 740));
    await(page.getByText("Leaks drawn"));
    awaitPicture("Mean");
    assertNoHorizontalScroll();
  }
}
