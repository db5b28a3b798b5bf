package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.pipeline.SeededStableDiffusionXl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands on a checkpoint of Stable Diffusion XL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class XlCommandTest {

  private Path folder;
  private Path model;
  private Path out;

  @BeforeAll
  void create(@TempDir Path folder) {
    this.folder = folder;
    this.model = folder.resolve("xl");
    SeededStableDiffusionXl.write(model, 0);
    SeededStableDiffusion.write(folder.resolve("sd"), 0);
    for (int i = 0; i < 3; i++) {
      PngFile.write(
          folder.resolve("photos/%d.png".formatted(i)),
          RgbImage.solid(80, 70, 80 * i, 20, 255 - 70 * i),
          Map.of());
    }
  }

  @BeforeEach
  void nameTheOutput(@TempDir Path folder) {
    out = folder.resolve("out");
  }

  private CommandLineRun generate(Path model, String... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--steps=2", "--model=" + model));
    words.add("--prompt=A lighthouse at night");
    words.add("--output-dir=" + out);
    words.addAll(List.of(options));
    return CommandLineRun.of(words.toArray());
  }

  private Map<String, String> settings(String picture) throws IOException {
    JsonNode text =
        CommandLineRun.of("inspect", out.resolve(picture), "--json")
            .assertSuccess()
            .json()
            .path("text");
    return text.properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().asText()));
  }

  @Test
  void leaksOfItsOwnStatisticsAndColours() throws IOException {
    Path leak = out.resolve("leak");
    CommandLineRun.of(
            "stats",
            "--model=" + model,
            "--data-dir=" + folder.resolve("photos"),
            "--output-dir=" + leak)
        .assertSuccess();
    assertThat(CommandLineRun.of("inspect", leak).assertSuccess().out()).contains("64x64 pixels");
    JsonNode json =
        generate(model, "--leak=" + leak, "--compare", "--mean-color=#202020", "--json")
            .assertSuccess()
            .json();
    assertThat(json.path("pictures").findValuesAsText("shows"))
        .containsExactly("initial", "without", "leak", "with");
    assertThat(settings("seed-0-with.png"))
        .containsEntry("guidance_scale", "5.0")
        .containsEntry("scheduler", "EulerDiscreteScheduler")
        .containsEntry("mean_color", "#202020")
        .doesNotContainKey("original_size");
  }

  @Test
  void isToldSizes() throws IOException {
    generate(
            model,
            "--original-size=4096x2048",
            "--crops-coords-top-left=0,64",
            "--target-size=1024",
            "--negative-original-size=512",
            "--negative-target-size=1024")
        .assertSuccess();
    assertThat(settings("seed-0.png"))
        .containsEntry("original_size", "4096x2048")
        .containsEntry("crops_coords_top_left", "0,64")
        .containsEntry("target_size", "1024x1024")
        .containsEntry("negative_original_size", "512x512")
        .doesNotContainKey("negative_crops_coords_top_left");
  }

  @Test
  void isInspected() throws IOException {
    JsonNode json = CommandLineRun.of("inspect", model, "--json").assertSuccess().json();
    assertThat(json.path("pipeline").asText()).isEqualTo("StableDiffusionXLPipeline");
    assertThat(json.path("unet").path("config").path("addition_embed_type").asText())
        .isEqualTo("text_time");
    assertThat(json.path("text_encoder_2").path("config").path("projection_dim").asInt())
        .isEqualTo(24);
    assertThat(json.path("text_encoder_2").path("class").asText())
        .isEqualTo("CLIPTextModelWithProjection");
    assertThat(CommandLineRun.of("inspect", model.resolve("text_encoder_2")).assertSuccess().out())
        .contains("CLIPTextModelWithProjection", "projection_dim");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sd | --original-size=64 | for Stable Diffusion XL",
        "sd | --negative-crops-coords-top-left=8,8 | for Stable Diffusion XL",
        "xl | --negative-original-size=64 | --negative-target-size belong together",
        "xl | --crops-coords-top-left=8 | --crops-coords-top-left does not understand '8'",
        "xl | --target-size=0x5 | 0x5",
        "xl | --clip-skip=3 | choose 0 to 2",
      })
  void refusesWhatDoesNotFit(String checkpoint, String option, String sentence) {
    CommandLineRun run = generate(folder.resolve(checkpoint), option);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains(sentence);
    assertThat(run.err().strip()).doesNotContain("\tat ");
  }

  @Test
  void isNotTrained() {
    CommandLineRun run =
        CommandLineRun.of(
            "train",
            "textual-inversion",
            "--model=" + model,
            "--train-data-dir=" + folder.resolve("photos"),
            "--output-dir=" + out,
            "--placeholder-token=<w>",
            "--initializer-token=night",
            "--resolution=64",
            "--max-train-steps=1");
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains("Stable Diffusion XL", "cannot be trained here");
  }
}
