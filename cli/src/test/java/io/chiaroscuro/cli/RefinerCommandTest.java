package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.OriginalLayout;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code generate --refiner}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefinerCommandTest {

  private Path folder;
  private Path out;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    this.folder = folder;
    for (String model : List.of("xl", "xl-refiner", "xl-normalized", "family1")) {
      SeededCheckpoint.write(model, folder.resolve(model));
    }
    Path other = folder.resolve("sd");
    SeededStableDiffusion.write(other, 0);
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(
          folder.resolve("sd.safetensors"), OriginalLayout.of(other, false), Map.of());
    }
    PngFile.write(folder.resolve("white.png"), RgbImage.solid(64, 64, 255, 255, 255), Map.of());
    Files.writeString(folder.resolve("prompts.txt"), "A lighthouse at night");
  }

  @BeforeEach
  void nameTheOutput(@TempDir Path folder) {
    out = folder.resolve("out");
  }

  private CommandLineRun generate(String model, String... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--output-dir=" + out));
    words.add("--model=" + folder.resolve(model));
    words.addAll(List.of(options));
    return CommandLineRun.of(words.toArray());
  }

  private String refiner() {
    return "--refiner=" + folder.resolve("xl-refiner");
  }

  private List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void endsWhereTheTwoPipelinesOfDiffusersEnd() {
    try (var scope = new TensorScope();
        var expected = Fixture.tensors("pipelines/xl-refined")) {
      Path noise = folder.resolve("noise.safetensors");
      SafetensorsWriter.write(noise, Map.of("latents", expected.tensor("noise")), Map.of());
      generate(
              "xl",
              refiner(),
              "--prompt=An astronaut riding a horse",
              "--steps=10",
              "--initial-latents=" + noise,
              "--save-latents=" + out.resolve("latents"))
          .assertSuccess();
      try (var handedOver = latents("seed-0-base-final");
          var initial = latents("seed-0-initial");
          var last = latents("seed-0-final")) {
        Fixture.assertClose(handedOver.tensor("latents"), expected.tensor("handed_over"), 1e-5);
        Fixture.assertClose(last.tensor("latents"), expected.tensor("final"), 1e-5);
        Fixture.assertClose(initial.tensor("latents"), expected.tensor("noise"), 1e-6);
      }
    }
    assertThat(PngFile.readText(out.resolve("seed-0.png")))
        .containsEntry("model", "xl")
        .containsEntry("refiner", "xl-refiner")
        .containsEntry("denoising_end", "0.8")
        .containsKey("refiner_hash");
  }

  private SafetensorsFile latents(String name) {
    return SafetensorsFile.open(out.resolve("latents/%s.safetensors".formatted(name)));
  }

  @Test
  void comparesWithAndWithoutTheLeakOfTheBaseModel() throws IOException {
    JsonNode json =
        generate(
                "xl",
                refiner(),
                "--prompt=A lighthouse at night",
                "--steps=4",
                "--denoising-end=0.5",
                "--scheduler=euler_ancestral",
                "--mean-color=#05070f",
                "--count=2",
                "--batch-size=2",
                "--preview-every=1",
                "--compare",
                "--json")
            .assertSuccess()
            .json();
    assertThat(json.path("pictures").findValuesAsText("shows"))
        .containsExactly(
            "initial", "without", "leak", "with", "initial", "without", "leak", "with");
    assertThat(json.path("pictures").findValuesAsText("seed"))
        .containsExactly("0", "0", "0", "0", "1", "1", "1", "1");
    assertThat(files(out))
        .contains(
            "contact-sheet.png",
            "seed-1-leak.png",
            "seed-1-with.png",
            "seed-1-with-base-preview-001.png",
            "seed-1-with-preview-001.png")
        .doesNotContain("seed-1-with-preview-002.png", "seed-1-with-base-preview-002.png");
    assertThat(ImageDecoder.decode(out.resolve("seed-0-with.png")).rgb())
        .isNotEqualTo(ImageDecoder.decode(out.resolve("seed-0-without.png")).rgb());
    assertThat(PngFile.readText(out.resolve("seed-1-with.png")))
        .containsEntry("denoising_end", "0.5")
        .containsEntry("mean_color", "#05070f");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "family1 | --refiner=FOLDER/xl-refiner | The model family1 is a StableDiffusionPipeline",
        "xl | --refiner=FOLDER/family1 | The refiner family1 is a StableDiffusionPipeline",
        "xl | --refiner=FOLDER/sd.safetensors | The refiner sd is a StableDiffusionPipeline",
        "xl | --refiner=FOLDER/xl-normalized | scaling_factor 0.5 and 0.13025",
        "xl | --refiner=FOLDER/nothing | FOLDER/nothing",
        "xl | --refiner=FOLDER/xl-refiner --denoising-end=1 | denoising end is 1.0; give a number",
        "xl | --refiner=FOLDER/xl-refiner --denoising-end=0.001 | leaves the base model no step",
        "xl | --refiner=FOLDER/xl-refiner --denoising-end=0.9999 | leaves the refiner no step",
        "xl | --denoising-end=0.5 | add --refiner NAME",
        "xl | --refiner=FOLDER/xl-refiner --image=FOLDER/white.png --mask=FOLDER/white.png"
            + " | leave out the refiner or the mask",
      })
  void refusesWhatDoesNotFit(String model, String options, String sentence) {
    List<String> words = new ArrayList<>(List.of("--prompt=A lighthouse at night", "--steps=4"));
    words.addAll(List.of(options.replace("FOLDER", folder.toString()).split(" ")));
    CommandLineRun run = generate(model, words.toArray(String[]::new));
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains(sentence.replace("FOLDER", folder.toString()));
    assertThat(run.err().strip()).doesNotContain("\tat ");
  }

  @Test
  void isForOnePrompt() {
    CommandLineRun run = generate("xl", refiner(), "--prompts=" + folder.resolve("prompts.txt"));
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).contains("--refiner is for one prompt");
  }
}
