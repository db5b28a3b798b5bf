package io.chiaroscuro.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.StudioConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingTabTest extends PageTest {

  private static final String STEP = "{\"step\":%d,\"loss\":%f}%n";

  private Path run;

  @Override
  StudioConfig config(StudioConfig local) {
    run = folder.resolve("runs").resolve("dark style");
    append(STEP.formatted(1, 0.5) + STEP.formatted(2, 0.25));
    PngFile.write(
        run.resolve("samples/step-0000001.png"), RgbImage.solid(40, 20, 9, 9, 9), Map.of());
    PngFile.write(
        run.resolve("samples/step-0000002.png"), RgbImage.solid(40, 20, 99, 9, 9), Map.of());
    return with(local, Optional.empty(), Optional.of(folder.resolve("runs")));
  }

  private void append(String lines) {
    try {
      Files.createDirectories(run.resolve("samples"));
      Files.writeString(
          run.resolve("metrics.jsonl"),
          lines,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void runIsWatchedAsItGoesOn() {
    open("training");
    await(page.locator(".portrait").getByText("dark style"));
    assertThat(page.locator(".chart path.line").count()).isEqualTo(2);
    assertThat(page.getByAltText("Samples at step 2").isVisible()).isTrue();
    field("Step").press("ArrowLeft");
    await(page.getByAltText("Samples at step 1"));
    assertAccessible();

    append(STEP.formatted(3, 0.125));
    await(page.getByText("step 3"));
  }

  @Test
  void fitsAPhone() {
    open("training", new NewContextOptions().setViewportSize(360, 740));
    await(page.locator(".chart"));
    assertNoHorizontalScroll();
  }
}
