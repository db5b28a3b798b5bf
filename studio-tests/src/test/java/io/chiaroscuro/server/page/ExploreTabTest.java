package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExploreTabTest extends PageTest {

  @Test
  void scheduleSaysWhatIsLeft() {
    open("explore");
    await(page.getByText("At the end of training 6.8 % of the picture is left."));
    assertText(page.locator(".explore"), "pndm begins where 7.6 % was left");
    field("Sampler's steps").fill("1");
    await(page.getByText("In 1 steps"));
    assertThat(page.locator(".chart path.line").count()).isEqualTo(2);
    assertAccessible();
  }

  @Test
  void wavelengthsOfAPictureOfOnesOwn() {
    Path file = folder.resolve("own.png");
    PngFile.write(file, RgbImage.solid(64, 48, 200, 120, 40), Map.of());
    open("explore");
    page.locator(".explore .drop-zone input").setInputFiles(file);
    await(page.getByText("Signal to noise, by timestep"));
    assertThat(page.getByRole(AriaRole.ROWHEADER).count()).isGreaterThan(2);
  }

  @Test
  void sweepShowsWhatEachChannelDoes() {
    open("explore");
    field("Prompt").fill("a red apple");
    field("Steps").fill("2");
    button("Sweep").click();
    Locator pictures = page.locator(".sweep img");
    await(pictures);
    assertThat(pictures.count()).isEqualTo(20);
    Locator brightness = page.locator(".sweep small");
    assertThat(percent(brightness.nth(0))).isLessThan(percent(brightness.nth(4)) - 5);
    assertAccessible();
    screenshot("explore");
  }

  @Test
  void fitsAPhone() {
    open("explore", new NewContextOptions().setViewportSize(360, 740));
    await(page.locator(".chart"));
    assertNoHorizontalScroll();
  }
}
