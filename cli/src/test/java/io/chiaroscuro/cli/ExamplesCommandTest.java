package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.cli.examples.Example;
import io.chiaroscuro.cli.report.WellFormed;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.demo.EmbeddedModel;
import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The six examples on stand-in checkpoints: everything but that their pictures convince. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesCommandTest {

  private Path folder;
  private Path out;

  @BeforeAll
  void makeAll(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.out = folder.resolve("out");
    SeededStableDiffusion.write(folder.resolve("model"), 0);
    writePictures(folder.resolve("photos"), 0, 120, 255);
    writeWord(folder.resolve("line-art"), 32);
    examples(out, "all").assertSuccess();
  }

  private static void writePictures(Path folder, int... greys) {
    for (int grey : greys) {
      PngFile.write(
          folder.resolve(grey + ".png"),
          RgbImage.solid(80, 70, grey, grey / 2, 255 - grey),
          Map.of());
    }
  }

  /** Under another name than the prompt's, as one's own file may have it. */
  private static void writeWord(Path folder, int width) {
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      SafetensorsWriter.write(
          folder.resolve("learned_embeds.safetensors"),
          Map.of("<other>", generator.randn(2, width)),
          Map.of());
    }
  }

  /** With settings that make it quick, unless others are given. */
  private CommandLineRun examples(Path output, String example, String... options) {
    List<String> words = new ArrayList<>(List.of("examples", example, "--output-dir=" + output));
    words.addAll(List.of(options));
    for (String usual :
        List.of(
            "--model=" + folder.resolve("model"),
            "--data-dir=" + folder.resolve("photos"),
            "--embedding=" + folder.resolve("line-art"),
            "--size=64",
            "--steps=2",
            "--count=2")) {
      String name = usual.substring(0, usual.indexOf('=') + 1);
      if (words.stream().noneMatch(word -> word.startsWith(name))) {
        words.add(usual);
      }
    }
    words.removeIf(word -> word.endsWith("=none"));
    return CommandLineRun.of(words.toArray());
  }

  /** By the authors' names alone: what the hub has is fetched once, then comes from the cache. */
  @Test
  void theHubHasThemAll(@TempDir Path home) throws IOException {
    try (var hub = StandInHub.start()) {
      Stream.of(Example.values())
          .map(Example::model)
          .distinct()
          .forEach(name -> hub.publish(name, folder.resolve("model")));
      hub.publish("sd-concepts-library/line-art", folder.resolve("line-art"));
      Path cold = folder.resolve("cold");
      inEnvironment(hub.environment(home), cold).assertSuccess();
      Map<String, String> offline = new HashMap<>(hub.environment(home));
      offline.put("HF_HUB_OFFLINE", "1");
      Path cached = folder.resolve("cached");
      inEnvironment(offline, cached).assertSuccess();
      for (Example example : Example.values()) {
        Path fetched = cold.resolve(example.name());
        assertThat(pictures(fetched)).isNotEmpty();
        assertThat(contents(cached.resolve(example.name()))).isEqualTo(contents(fetched));
      }
    }
  }

  private CommandLineRun inEnvironment(Map<String, String> environment, Path output) {
    return CommandLineRun.in(
        environment,
        "examples",
        "all",
        "--output-dir=" + output,
        "--data-dir=" + folder.resolve("photos"),
        "--size=64",
        "--steps=1",
        "--count=1");
  }

  private static JsonNode report(Path folder) throws IOException {
    return new JsonMapper().readTree(folder.resolve("report.json").toFile());
  }

  private static List<String> pictures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("seed-"))
          .sorted()
          .toList();
    }
  }

  /** A number for each file's content. */
  private static Map<String, Integer> contents(Path folder) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    for (String name : pictures(folder)) {
      contents.put(name, Arrays.hashCode(Files.readAllBytes(folder.resolve(name))));
    }
    byte[] statistics = Files.readAllBytes(folder.resolve("leak/stats.safetensors"));
    contents.put("stats", Arrays.hashCode(statistics));
    return contents;
  }

  private static Map<String, Object> times(Path folder) throws IOException {
    Map<String, Object> times = new TreeMap<>();
    for (String name : pictures(folder)) {
      times.put(name, Files.getLastModifiedTime(folder.resolve(name)));
    }
    times.put("stats", Files.getLastModifiedTime(folder.resolve("leak/stats.safetensors")));
    return times;
  }

  /** As section 4 of the specification has them. */
  @ParameterizedTest
  @CsvSource({
    "A1, sd-dreambooth-library/nasa-space-v2-768, PIXEL, 768, 1, 5,"
        + " 'A very dark picture of the sky, Nasa style'",
    "A2, CompVis/stable-diffusion-v1-4, PIXEL, 512, 7.5, 5,"
        + " An astronaut riding a horse in the style of <line-art>",
    "B1, stabilityai/stable-diffusion-2-1, PIXEL, 768, 1, 5,"
        + " 'A very dark picture of the sky, taken by the Nasa.'",
    "B2, CompVis/stable-diffusion-v1-4, PIXEL, 512, 7.5, 5,"
        + " 'An astronaut riding a horse, in the style of line art, pastel colors.'",
    "C, stabilityai/stable-diffusion-2-1, DCT_PIXEL, 768, 7.5, 5, An astronaut riding a horse",
    "D, stabilityai/stable-diffusion-2-1, DCT_PIXEL, 768, 7.5, 1, An astronaut riding a horse"
  })
  void settingsAreTheAuthors(
      Example example,
      String model,
      StatisticType type,
      int size,
      double guidanceScale,
      int count,
      String prompt)
      throws IOException {
    assertThat(example.model()).isEqualTo(model);
    assertThat(example.size()).isEqualTo(size);
    assertThat(example.count()).isEqualTo(count);
    JsonNode settings = report(out.resolve(example.name())).path("settings");
    assertThat(settings.path("prompt").asText()).isEqualTo(prompt);
    assertThat(settings.path("guidance_scale").asDouble()).isEqualTo(guidanceScale);
    assertThat(settings.path("scheduler").asText()).isEqualTo("PNDMScheduler");
    assertThat(settings.path("first_seed").asLong()).isEqualTo(12345);
    assertThat(settings.path("leak_crop").asText()).isEqualTo("center");
    try (var statistics = LeakStatistics.read(out.resolve(example + "/leak"))) {
      assertThat(statistics.type()).isEqualTo(type);
      assertThat(statistics.summary().frequencies())
          .hasSize(type == StatisticType.PIXEL ? 0 : example == Example.D ? 1 : 3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thePageNeedsNothingButItsPictures(Example example) throws IOException {
    Path made = out.resolve(example.name());
    WellFormed page = WellFormed.parse(made.resolve("index.html"));
    assertThat(page.values("img", "src"))
        .hasSize(example == Example.D ? 20 : 8)
        .allSatisfy(image -> assertThat(made.resolve(image)).isNotEmptyFile());
    assertThat(page.values("section", "id")).containsExactly(example.name());
    assertThat(Files.readString(made.resolve("index.html")))
        .contains("The number of steps is 2 here; the authors have 50.")
        .doesNotContain("aims reached");
    RgbImage sheet = ImageDecoder.decode(made.resolve("contact-sheet.png"));
    assertThat(sheet.width()).isGreaterThan((example == Example.D ? 5 : 4) * 64);
    assertThat(sheet.height()).isGreaterThan((example == Example.D ? 4 : 2) * 64);
  }

  @ParameterizedTest
  @CsvSource({
    "A1, 0.437, 0.204, 0.199",
    "A2, 0.544, 0.925, 0.895",
    "B1, 0.447, 0.204, 0.201",
    "B2, 0.574, 0.925, 0.879",
    "C, 0.474, 0.401, 0.421"
  })
  void comparisonsMeasureWhatTheyShowBesideTheAuthors(
      String example, double without, double leak, double with) throws IOException {
    Path made = out.resolve(example);
    assertThat(pictures(made)).hasSize(8);
    JsonNode rows = report(made).at("/sections/0/tables/brightness/rows");
    assertThat(rows).hasSize(3);
    checkRow(rows.path(0), made, "without", without);
    checkRow(rows.path(1), made, "leak", leak);
    checkRow(rows.path(2), made, "with", with);
    assertThat(rows.path(0).path("authors' spread").isNull()).isEqualTo(!example.equals("C"));
  }

  private static void checkRow(JsonNode row, Path made, String shows, double authors) {
    double first = brightness(made.resolve("seed-12345-" + shows + ".png"));
    double second = brightness(made.resolve("seed-12346-" + shows + ".png"));
    assertThat(row.path("mean").asDouble()).isCloseTo((first + second) / 2, within(1e-12));
    assertThat(row.path("spread").asDouble())
        .isCloseTo(Math.abs(first - second) / 2, within(1e-12));
    assertThat(row.path("authors' mean").asDouble()).isEqualTo(authors);
  }

  private static double brightness(Path file) {
    return Brightness.of(ImageDecoder.decode(file)).mean();
  }

  @Test
  void theSweepMovesOneChannelAndMakesItsMiddleOnce() throws IOException {
    Path made = out.resolve("D");
    assertThat(pictures(made)).hasSize(2 * 17);
    JsonNode rows = report(made).at("/sections/0/tables/sweep/rows");
    assertThat(rows).hasSize(8);
    assertThat(rows.path(7).path("-2").asDouble()).isEqualTo(0.725);
    assertThat(rows.path(0).path("0")).isEqualTo(rows.path(6).path("0"));
    double first = brightness(made.resolve("seed-12345-channel-2-plus-1.png"));
    double second = brightness(made.resolve("seed-12346-channel-2-plus-1.png"));
    assertThat(rows.path(4).path("+1").asDouble()).isCloseTo((first + second) / 2, within(1e-12));
    assertThat(PngFile.readText(made.resolve("seed-12345-channel-2-minus-1.png")))
        .containsEntry("leak_channels", "2=-1.0")
        .containsEntry("leak_only_high_frequency", "true");
    assertThat(PngFile.readText(made.resolve("seed-12345-zero.png")))
        .doesNotContainKey("leak_channels")
        .containsEntry("leak_only_high_frequency", "true");
  }

  @Test
  void theWordOfThePromptIsUnderstood() {
    assertThat(PngFile.readText(out.resolve("A2/seed-12345-with.png")))
        .containsEntry("embedding", "learned_embeds.safetensors:<line-art>")
        .containsKey("embedding_hash");
    assertThat(PngFile.readText(out.resolve("B2/seed-12345-with.png")))
        .doesNotContainKey("embedding");
  }

  /** So that everyone can make more of them, or others. */
  @Test
  void picturesAreThoseOfGenerate() {
    Path generated = folder.resolve("generated");
    CommandLineRun.of(
            "generate",
            "--model=" + folder.resolve("model"),
            "--prompt=An astronaut riding a horse",
            "--steps=2",
            "--leak=" + out.resolve("C/leak"),
            "--seed=12345",
            "--count=2",
            "--compare",
            "--output-dir=" + generated)
        .assertSuccess();
    for (String shows : List.of("initial", "without", "leak", "with")) {
      String name = "seed-12346-%s.png".formatted(shows);
      assertThat(ImageDecoder.decode(generated.resolve(name)).rgb())
          .as(name)
          .isEqualTo(ImageDecoder.decode(out.resolve("C").resolve(name)).rgb());
    }
  }

  @Test
  void whatIsFinishedIsKeptAndTheRestMade() throws IOException {
    Path output = folder.resolve("resumed");
    examples(output, "C", "--count=1").assertSuccess();
    Path made = output.resolve("C");
    Map<String, Object> first = times(made);
    Files.delete(made.resolve("seed-12345-with.png"));
    Files.writeString(made.resolve("seed-12345-leak.png"), "broken");
    examples(output, "C").assertSuccess();
    Map<String, Object> second = times(made);
    for (String kept : List.of("seed-12345-initial.png", "seed-12345-without.png", "stats")) {
      assertThat(second.get(kept)).as(kept).isEqualTo(first.get(kept));
    }
    assertThat(contents(made)).isEqualTo(contents(out.resolve("C")));
    examples(output, "C").assertSuccess();
    assertThat(times(made)).isEqualTo(second);
  }

  @Test
  void otherSettingsMakeOtherPicturesFromTheSameStatistics() throws IOException {
    Path output = folder.resolve("changed");
    examples(output, "C", "--count=1").assertSuccess();
    Path made = output.resolve("C");
    Map<String, Integer> first = contents(made);
    Object statistics = times(made).get("stats");
    examples(output, "C", "--count=1", "--steps=3").assertSuccess();
    assertThat(contents(made).get("seed-12345-with.png"))
        .isNotEqualTo(first.get("seed-12345-with.png"));
    assertThat(times(made).get("stats")).isEqualTo(statistics);
  }

  @Test
  void otherPicturesMakeOtherStatistics() throws IOException {
    Path output = folder.resolve("others");
    examples(output, "C", "--count=1").assertSuccess();
    Path made = output.resolve("C");
    Map<String, Integer> first = contents(made);
    writePictures(folder.resolve("dark"), 0, 10, 20);
    examples(output, "C", "--count=1", "--data-dir=C=" + folder.resolve("dark")).assertSuccess();
    Map<String, Integer> second = contents(made);
    assertThat(second.get("stats")).isNotEqualTo(first.get("stats"));
    assertThat(second.get("seed-12345-with.png")).isNotEqualTo(first.get("seed-12345-with.png"));
    assertThat(second.get("seed-12345-without.png")).isEqualTo(first.get("seed-12345-without.png"));
    // Statistics that are there serve without the pictures they come from.
    examples(output, "C", "--count=1", "--data-dir=none").assertSuccess();
    assertThat(contents(made)).isEqualTo(second);
  }

  @Test
  void thePicturesBesideTheWeightsServeTheirStyle() throws IOException {
    Path style = folder.resolve("nasa-space-v2-768");
    SeededStableDiffusion.write(style, 1);
    writePictures(style.resolve("concept_images"), 5, 15, 25, 35);
    Path output = folder.resolve("beside");
    CommandLineRun run =
        examples(output, "A1", "--model=A1=" + style, "--data-dir=none", "--count=1", "--json");
    run.assertSuccess();
    JsonNode example = run.json().path("examples").path(0);
    assertThat(example.path("example").asText()).isEqualTo("A1");
    assertThat(Path.of(example.path("report").asText())).exists();
    assertThat(Path.of(example.path("contact_sheet").asText())).exists();
    assertThat(example.at("/measures/brightness_without").asDouble())
        .isEqualTo(brightness(output.resolve("A1/seed-12345-without.png")));
    JsonNode settings = report(output.resolve("A1")).path("settings");
    assertThat(settings.path("model").asText()).isEqualTo("nasa-space-v2-768");
    assertThat(settings.path("leak_image_count").asText()).isEqualTo("4");
  }

  /** Its autoencoder has another scale and its text encoder another width. */
  @Test
  void allRunOnTheModelInside() throws IOException {
    EmbeddedModel embedded = EmbeddedModel.ofThisBuild();
    Assumptions.assumeTrue(embedded.isPresent());
    Path model = embedded.checkpoint();
    int width =
        CLIPTextConfig.read(Checkpoint.open(model).config(Component.TEXT_ENCODER)).hiddenSize();
    writeWord(folder.resolve("word-of-width-" + width), width);
    Path output = folder.resolve("inside");
    CommandLineRun run =
        examples(
            output,
            "all",
            "--model=" + model,
            "--embedding=" + folder.resolve("word-of-width-" + width),
            "--steps=1",
            "--count=1");
    run.assertSuccess();
    for (Example example : Example.values()) {
      assertThat(run.out()).contains(example + ": " + example.title());
      assertThat(report(output.resolve(example.name())).path("finished").asBoolean()).isTrue();
    }
  }
}
