package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import io.chiaroscuro.image.PngFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CreateTabTest extends PageTest {

  private static final String BLACK = "Brush #000000";
  private static final String WHITE = "Brush #ffffff";

  @BeforeEach
  void openTab() {
    open("create");
    awaitModels();
  }

  private void say(String prompt, int steps) {
    field("Prompt").fill(prompt);
    field("Steps").fill(String.valueOf(steps));
    field("Seed").fill("7");
  }

  private void create() {
    button("Create").click();
    // It cannot be pressed again until the picture is there, which may be before progress is seen.
    await(page.locator("button.primary:enabled"));
    await(page.locator(".result"));
  }

  private void paintBlack() {
    field("By hand").check();
    button(BLACK).click();
    button("Fill").click();
  }

  private double mean() {
    return percent(page.locator("dd.mean"));
  }

  @Test
  void makesAPictureByItsWordsAlone() {
    field("Prompt").fill("a red apple");
    field("Steps").fill("2");
    create();
    assertThat(mean()).isBetween(10.0, 90.0);
    assertThat(page.locator(".before-after").count()).isZero();
    assertAccessible();
  }

  @Test
  void brightnessFollowsWhatIsPainted() {
    say("a red apple", 6);
    paintBlack();
    create();
    double black = mean();
    double without = percent(page.locator("dd.mean-without"));
    assertThat(black).isLessThan(without - 10);

    button(WHITE).click();
    BoundingBox cells = page.locator(".cells").boundingBox();
    page.mouse().move(cells.x + 10, cells.y + 10);
    page.mouse().down();
    for (double row = 0.125; row < 1; row += 0.25) {
      page.mouse().move(cells.x + 10, cells.y + row * cells.height);
      page.mouse().move(cells.x + cells.width - 10, cells.y + row * cells.height);
      page.mouse().move(cells.x + 10, cells.y + row * cells.height);
    }
    page.mouse().up();
    assertThat(page.locator("[role=gridcell][aria-label$='#ffffff']").count()).isGreaterThan(7);
    create();
    assertThat(mean()).isGreaterThan(black + 10);
    assertThat(percent(page.locator("dd.mean-without"))).isEqualTo(without);
    assertThat(page.locator(".light-preview img").count()).isEqualTo(3);
    assertAccessible();
    screenshot("painted");
  }

  @Test
  void eachHandOfTheLightPanelMovesThePreview() {
    field("By hand").check();
    Locator leak = page.getByAltText("Leak");
    await(leak);
    String nothing = leak.getAttribute("src");
    field("Mean colour").first().check();
    page.waitForFunction(changed("Leak"), nothing);
    String colored = leak.getAttribute("src");
    page.getByText("Latent channels").click();
    field("Channel 0").fill("2");
    page.waitForFunction(changed("Leak"), colored);
    String channel = leak.getAttribute("src");
    field("Strength").fill("0.5");
    page.waitForFunction(changed("Leak"), channel);
    String weaker = leak.getAttribute("src");
    field("Cells").selectOption("8");
    button(WHITE).click();
    button("Fill").click();
    page.waitForFunction(changed("Leak"), weaker);
    assertThat(page.getByRole(AriaRole.GRIDCELL).count()).isEqualTo(64);
  }

  private static String changed(String picture) {
    return "known => document.querySelector('img[alt=\"%s\"]').src !== known".formatted(picture);
  }

  @Test
  void lightFromStatistics() {
    say("a red apple", 3);
    field("Statistics").first().check();
    page.locator("select[name=statistics]").selectOption("chiaroscuro-demo");
    create();
    assertThat(page.locator("dd.mean-without").count()).isEqualTo(1);
    assertThat(page.getByText("Leak").count()).isGreaterThan(0);
  }

  @Test
  void dividerFollowsTheMouseAndTheArrows() {
    say("a tree", 2);
    paintBlack();
    create();
    Locator before = page.locator(".before-after img").nth(1);
    BoundingBox box = page.locator(".before-after").boundingBox();
    page.mouse().move(box.x + box.width / 2, box.y + box.height / 2);
    page.mouse().down();
    page.mouse().move(box.x + 0.8 * box.width, box.y + box.height / 2);
    page.mouse().up();
    assertThat(rightInset(before)).isBetween(15.0, 25.0);
    page.locator(".before-after input").press("ArrowRight");
    assertThat(rightInset(before)).isLessThan(20.5);
  }

  private static double rightInset(Locator image) {
    String clip = (String) image.evaluate("image => image.style.clipPath");
    return Double.parseDouble(clip.replaceFirst(".*\\(0(?:px)? ([\\d.]+)%.*", "$1"));
  }

  @Test
  void pictureRestoresItsSettingsWhenItIsDropped() throws IOException {
    say("a blue fish", 2);
    field("Guidance").fill("3.5");
    field("Sampler").selectOption("euler a");
    paintBlack();
    field("Strength").fill("0.8");
    create();
    Path file = folder.resolve("downloaded.png");
    page.waitForDownload(() -> link("Download").click()).saveAs(file);
    assertThat(PngFile.readText(file)).containsEntry("prompt", "a blue fish");

    openTab();
    page.evaluate(
        """
        png => {
          const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], "downloaded.png", { type: "image/png" }));
          document.querySelector(".stage").dispatchEvent(
            new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
    await(page.getByText("Settings restored from downloaded.png."));
    assertThat(field("Prompt").inputValue()).isEqualTo("a blue fish");
    assertThat(field("Seed").inputValue()).isEqualTo("7");
    assertThat(field("Guidance").inputValue()).isEqualTo("3.5");
    assertThat(field("Sampler").inputValue()).isEqualTo("euler a");
    assertThat(field("Strength").inputValue()).isEqualTo("0.8");
    assertThat(page.locator("[role=gridcell][aria-label$='#000000']").count()).isEqualTo(16);
    create();
    page.waitForDownload(() -> link("Download").click()).saveAs(folder.resolve("again.png"));
    assertThat(PngFile.readText(folder.resolve("again.png")))
        .containsAllEntriesOf(withoutMoment(PngFile.readText(file)));
  }

  private static Map<String, String> withoutMoment(Map<String, String> text) {
    text.remove("created");
    return text;
  }

  @Test
  void showsWhatItComesToLookLikeUntilItIsCancelled() {
    say("a red apple", 150);
    button("Create").click();
    await(page.getByAltText("Preview of the picture in the making"));
    assertText(page.locator(".job-progress"), "of 15");
    button("Cancel").click();
    await(page.getByText("Cancelled"));
    assertThat(button("Create").isEnabled()).isTrue();
    assertThat(page.locator(".result").count()).isZero();
  }

  @Test
  void galleryKeepsAndForgets() {
    say("a house", 1);
    create();
    openTab();
    Locator kept = page.locator(".gallery").getByTitle("a house");
    await(kept);
    kept.first().click();
    await(page.locator(".result"));
    button("Restore its settings").click();
    assertThat(field("Prompt").inputValue()).isEqualTo("a house");
    int before = kept.count();
    button("Remove a house, seed 7").first().click();
    page.waitForFunction(
        "count => document.querySelectorAll('.gallery [title=\"a house\"]').length < count",
        before);
    assertThat(page.locator(".result").count()).isZero();
  }

  @Test
  void severalPicturesAreShownOneByOne() {
    say("a cat", 1);
    field("Pictures").fill("3");
    create();
    assertThat(page.locator(".strip button").count()).isEqualTo(3);
    page.locator(".strip button").nth(2).click();
    assertText(page.locator(".facts"), "9");
    button("Keep this seed").click();
    assertThat(field("Seed").inputValue()).isEqualTo("9");
  }

  @Test
  void refusalIsSaidWhereItBelongs() {
    field("Statistics").first().check();
    button("Create").click();
    assertText(page.getByRole(AriaRole.ALERT), "statistics");
    assertThat(
            page.locator("select[name=statistics]").evaluate("e => e === document.activeElement"))
        .isEqualTo(true);
    forgiveRefusals(400);
  }

  @Test
  void worksByKeyboardAlone() {
    field("Prompt").focus();
    page.keyboard().type("a star");
    tabTo("input[name=mode]");
    page.keyboard().press("ArrowRight");
    page.keyboard().press("ArrowRight");
    tabTo("[role=gridcell]");
    for (String key : List.of("Space", "Shift+ArrowRight", "ArrowDown", "Enter")) {
      page.keyboard().press(key);
    }
    List<String> white =
        page.locator("[role=gridcell][aria-label$='#ffffff']").all().stream()
            .map(cell -> cell.getAttribute("data-cell"))
            .toList();
    assertThat(white).containsExactly("0,0", "0,1", "1,1");
    tabTo("[name=num_inference_steps]");
    page.keyboard().type("1");
    page.keyboard().press("Enter");
    await(page.locator(".result"));
    tabTo(".before-after input");
    page.keyboard().press("Home");
    assertThat(rightInset(page.locator(".before-after img").nth(1))).isEqualTo(100);
  }

  private void tabTo(String selector) {
    for (int i = 0; i < 60; i++) {
      page.keyboard().press("Tab");
      if ((boolean) page.evaluate("s => document.activeElement.matches(s)", selector)) {
        page.keyboard().press("Control+a");
        return;
      }
    }
    throw new AssertionError("Tab does not lead to " + selector);
  }

  @Test
  void fitsAPhone() {
    open("create", new NewContextOptions().setViewportSize(360, 740).setHasTouch(true));
    field("By hand").check();
    page.getByText("Latent channels").click();
    await(page.getByAltText("Together"));
    assertNoHorizontalScroll();
    say("a red apple", 1);
    button("Create").click();
    await(page.locator(".result"));
    assertNoHorizontalScroll();
    screenshot("phone");
  }

  @Test
  void isDarkWhereTheSystemIsAndAsTheUserSays() {
    open("create", new NewContextOptions().setColorScheme(ColorScheme.DARK));
    assertThat(groundBrightness()).isLessThan(60);
    assertAccessible();
    Locator dark = page.getByRole(AriaRole.SWITCH);
    dark.click();
    assertThat(groundBrightness()).isGreaterThan(200);
    page.reload();
    await(dark);
    assertThat(groundBrightness()).isGreaterThan(200);
  }

  private int groundBrightness() {
    String color = (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
    return Integer.parseInt(color.replaceFirst("rgb\\((\\d+),.*", "$1"));
  }
}
