package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrightnessCommandTest {

  @TempDir Path folder;

  private Path photos;
  private Path dark;

  @BeforeEach
  void writeImages() throws IOException {
    photos = folder.resolve("photos");
    dark = folder.resolve("dark");
    grey(photos.resolve("a.png"), 51);
    grey(photos.resolve("deeper/b.png"), 204);
    grey(dark.resolve("c.png"), 0);
    Files.writeString(photos.resolve("broken.jpg"), "no image");
  }

  private static void grey(Path file, int value) throws IOException {
    Files.createDirectories(file.getParent());
    PngFile.write(file, RgbImage.solid(4, 4, value, value, value), Map.of());
  }

  private static double at(JsonNode json, String pointer) {
    assertThat(json.at(pointer).isNumber()).as(pointer).isTrue();
    return json.at(pointer).asDouble();
  }

  @Test
  void measuresAndSkipsBrokenFiles() throws IOException {
    var run = CommandLineRun.of("brightness", photos, "--json").assertSuccess();
    assertThat(run.err()).contains("skipped", "broken.jpg").hasLineCount(1);
    JsonNode json = run.json();
    assertThat(at(json, "/images")).isEqualTo(2);
    assertThat(at(json, "/skipped")).isEqualTo(1);
    assertThat(at(json, "/mean")).isCloseTo(0.5, within(1e-12));
    assertThat(at(json, "/spread")).isCloseTo(0.3, within(1e-12));
    // numpy.percentile([0.2, 0.8], [5, 50])
    assertThat(at(json, "/image_percentiles/5")).isCloseTo(0.23, within(1e-12));
    assertThat(at(json, "/image_percentiles/50")).isCloseTo(0.5, within(1e-12));
    assertThat(at(json, "/pixel_percentiles/95")).isCloseTo(0.8, within(1e-12));
    assertThat(at(json, "/histogram/51")).isEqualTo(48);
    assertThat(IntStream.range(0, 256).mapToLong(v -> json.at("/histogram/" + v).asLong()).sum())
        .isEqualTo(96);
    assertThat(json.has("each")).isFalse();
  }

  @Test
  void comparesWithOtherSets() throws IOException {
    JsonNode json =
        CommandLineRun.of("brightness", photos, "--against", dark, "--against", photos, "--json")
            .assertSuccess()
            .json();
    assertThat(at(json, "/against/0/mean")).isZero();
    assertThat(at(json, "/against/0/wasserstein_distance/images")).isCloseTo(0.5, within(1e-12));
    assertThat(at(json, "/against/0/wasserstein_distance/pixels")).isCloseTo(0.5, within(1e-12));
    assertThat(at(json, "/against/1/wasserstein_distance/images")).isZero();
    assertThat(at(json, "/against/1/wasserstein_distance/pixels")).isZero();
  }

  @Test
  void listsEachImageAndDrawsTheHistogram() {
    Path chart = folder.resolve("out/chart.png");
    var run =
        CommandLineRun.of("brightness", photos, dark, "--each", "--histogram", chart)
            .assertSuccess();
    assertThat(run.out())
        .contains("0.2000  " + photos.resolve("a.png"))
        .contains("0.8000  " + photos.resolve("deeper/b.png"))
        .contains("0.0000  " + dark.resolve("c.png"))
        .containsPattern("mean +0.3333")
        .contains("█");
    assertThat(ImageDecoder.decode(chart).width()).isGreaterThan(256);
    assertThat(PngFile.readText(chart).get("Description")).contains("photos", "dark");
  }

  @Test
  void refusesWhereNoImageIsLeft() {
    var run = CommandLineRun.of("brightness", photos.resolve("broken.jpg"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines().toList().get(1)).contains("None of the 1 file");
    var missing = CommandLineRun.of("brightness", photos, "--against", folder.resolve("nowhere"));
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("nowhere");
  }
}
