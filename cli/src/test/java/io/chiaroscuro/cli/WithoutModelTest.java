package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that were not told which model take the one inside Chiaroscuro. */
class WithoutModelTest {

  @TempDir private Path folder;

  @BeforeEach
  void requireModel() {
    assumeTrue(EmbeddedModel.ofThisBuild().isPresent());
  }

  @Test
  void generates() {
    CommandLineRun.of("generate", "--prompt=a red apple", "--steps=2", "--output-dir=" + folder)
        .assertSuccess();
    RgbImage picture = ImageDecoder.decode(folder.resolve("seed-0.png"));
    assertThat(picture.width()).isEqualTo(128);
    assertThat(PngFile.readText(folder.resolve("seed-0.png")))
        .containsEntry("model", "chiaroscuro-demo");
  }

  @Test
  void makesStatisticsOfItsOwnSize() throws IOException {
    for (int i = 0; i < 2; i++) {
      PngFile.write(
          folder.resolve("photos/%d.png".formatted(i)),
          RgbImage.solid(150, 140, 200 * i, 9, 9),
          Map.of());
    }
    Path leak = folder.resolve("leak");
    CommandLineRun.of("stats", "--data-dir=" + folder.resolve("photos"), "--output-dir=" + leak)
        .assertSuccess();
    assertThat(CommandLineRun.of("inspect", leak).assertSuccess().out())
        .contains("128x128 pixels", "chiaroscuro-demo");
  }

  @Test
  void runsTheDemo() {
    CommandLineRun.of("demo", "--images=2", "--steps=1", "--output-dir=" + folder).assertSuccess();
    assertThat(folder.resolve("report.json")).content().contains("chiaroscuro-demo");
  }

  @Test
  void inspectsIt() {
    assertThat(CommandLineRun.of("inspect").assertSuccess().out()).contains("chiaroscuro-demo");
  }
}
