package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.cli.report.WellFormed;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The demo on a checkpoint with random weights: everything but that its pictures convince. */
@TestInstance(Lifecycle.PER_CLASS)
class DemoCommandTest {

  private static final List<String> SECTIONS =
      List.of("bias", "leak", "control", "style", "offset-noise", "wavelength");

  private Path folder;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    this.folder = folder;
    SeededStableDiffusion.write(folder.resolve("model"), 0);
    writePictures("held-out", 0, 100, 255);
    writePictures("line-art", 230, 250);
    writePictures("dark", 0, 20);
    Files.writeString(
        folder.resolve("data/emoji.jsonl"),
        "{\"phrase\": \"a fox\"}\n{\"phrase\": \"a red apple\"}\n{\"phrase\": \"an owl\"}\n");
    CommandLineRun.of(arguments("out", "--data-dir=" + folder.resolve("data"))).assertSuccess();
  }

  private void writePictures(String set, int... greys) {
    for (int grey : greys) {
      PngFile.write(
          folder.resolve("data/%s/%d.png".formatted(set, grey)),
          RgbImage.solid(128, 128, grey, grey, grey),
          Map.of());
    }
  }

  private Object[] arguments(String output, String... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "demo",
                "--model=" + folder.resolve("model"),
                "--images=3",
                "--steps=1",
                "--output-dir=" + folder.resolve(output)));
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  private JsonNode report(String output) throws IOException {
    return new JsonMapper().readTree(folder.resolve(output).resolve("report.json").toFile());
  }

  @Test
  void everySectionIsThere() throws IOException {
    JsonNode report = report("out");
    assertThat(report.at("/finished").asBoolean()).isTrue();
    assertThat(report.at("/aims").asInt()).isEqualTo(6);
    assertThat(report.at("/settings/images").asInt()).isEqualTo(3);
    assertThat(report.path("sections"))
        .extracting(section -> section.path("name").asText())
        .isEqualTo(SECTIONS);
    for (JsonNode section : report.path("sections")) {
      assertThat(section.path("measures")).isNotEmpty();
      assertThat(section.path("pictures")).isNotEmpty();
      assertThat(section.path("seen").asText()).endsWith(".").doesNotContain("NaN");
    }
    assertThat(report.at("/sections/0/measures/0/value").asDouble())
        .isEqualTo(spread(0, 100 / 255.0, 1));
    assertThat(report.at("/sections/2/tables/sweep/rows")).hasSize(4);
  }

  private static double spread(double a, double b, double c) {
    double mean = (a + b + c) / 3;
    return Math.sqrt(
        ((a - mean) * (a - mean) + (b - mean) * (b - mean) + (c - mean) * (c - mean)) / 3);
  }

  @Test
  void thePageNeedsNothingButItsPictures() throws IOException {
    Path out = folder.resolve("out");
    WellFormed page = WellFormed.parse(out.resolve("index.html"));
    List<String> images = page.values("img", "src");
    assertThat(images).hasSizeGreaterThan(20);
    assertThat(images).allSatisfy(image -> assertThat(out.resolve(image)).isNotEmptyFile());
    assertThat(page.values("img", "alt")).hasSameSizeAs(images).doesNotContain("");
    assertThat(page.values("section", "id")).isEqualTo(SECTIONS);
    assertThat(page.values("a", "href"))
        .filteredOn(link -> !link.startsWith("#") && !link.startsWith("https://"))
        .allSatisfy(link -> assertThat(out.resolve(link)).exists());
    assertThat(page.values("link", "href")).isEmpty();
    assertThat(page.values("script", "src")).isEmpty();
  }

  @Test
  void picturesSayHowTheyWereMade() {
    assertThat(PngFile.readText(folder.resolve("out/leak/with-1.png")))
        .containsEntry("prompt", "a red apple")
        .containsEntry("seed", "1")
        .containsEntry("guidance_scale", "3.0")
        .containsEntry("leak_statistic_type", "dct+pixel")
        .containsEntry("leak_sample_seed", "-2");
  }

  @Test
  void whatWasMeasuredServesWithoutTheData() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(arguments("again", "--reference=" + folder.resolve("out/reference")))
            .assertSuccess();
    assertThat(run.out()).contains("of 6 aims reached", "again/index.html", "MISSED");
    assertThat(report("again").path("sections")).isEqualTo(report("out").path("sections"));
  }

  @Test
  void whatWasLearntIsShownWhereItIsThere() throws IOException {
    Path fineTunes = folder.resolve("fine-tunes");
    for (String name : List.of("dark-style", "contrast-offset-noise", "black-white-noise")) {
      writeLora(fineTunes.resolve(name + ".safetensors"));
    }
    writeWord(fineTunes.resolve("line-art-word.safetensors"));
    CommandLineRun.of(
            arguments(
                "learnt",
                "--reference=" + folder.resolve("out/reference"),
                "--fine-tunes=" + fineTunes))
        .assertSuccess();
    JsonNode report = report("learnt");
    JsonNode style = report.at("/sections/3");
    assertThat(style.path("absent")).isEmpty();
    assertThat(style.at("/tables/styles/rows")).hasSize(4);
    assertThat(style.toString()).contains("a fox in the style of <line-art>");
    JsonNode offsetNoise = report.at("/sections/4");
    assertThat(offsetNoise.path("absent"))
        .extracting(JsonNode::asText)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("contrast-white-noise.safetensors"),
            second -> assertThat(second).startsWith("black-offset-noise.safetensors"));
    JsonNode dark = offsetNoise.at("/tables/kinds/rows/0");
    assertThat(dark.path("after, white noise").isNull()).isTrue();
    assertThat(dark.path("after, offset noise").asDouble())
        .isNotEqualTo(dark.path("before").asDouble());
    assertThat(dark.path("article: before").asDouble()).isEqualTo(0.301);
    // Taken off again: what follows is as without.
    assertThat(report.at("/sections/4/tables/kinds/rows/0/before"))
        .isEqualTo(report("out").at("/sections/4/tables/kinds/rows/0/before"));
  }

  private static void writeLora(Path file) {
    String layer = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v";
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      SafetensorsWriter.write(
          file,
          Map.of(
              layer + ".lora_A.weight", generator.randn(2, 32),
              layer + ".lora_B.weight", generator.randn(64, 2)),
          Map.of());
    }
  }

  private static void writeWord(Path file) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      SafetensorsWriter.write(file, Map.of("<line-art>", generator.randn(2, 32)), Map.of());
    }
  }
}
