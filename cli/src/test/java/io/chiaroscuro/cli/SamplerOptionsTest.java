package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SamplerOptionsTest {

  private Sandbox sandbox;

  @BeforeAll
  void create(@TempDir Path shared) throws IOException {
    sandbox = Sandbox.create(shared);
  }

  /** What the picture says of its making. */
  private Map<String, String> generate(Path folder, String... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--steps=3", "--seed=5"));
    words.add("--model=" + sandbox.path("model"));
    words.add("--prompt=A lighthouse at night");
    words.add("--leak=" + sandbox.path("leak"));
    words.add("--output-dir=" + folder);
    words.addAll(List.of(options));
    CommandLineRun.of(words.toArray()).assertSuccess();
    return PngFile.readText(folder.resolve("seed-5.png"));
  }

  @ParameterizedTest
  @CsvSource({
    "lms, LMSDiscreteScheduler",
    "Heun Karras, HeunDiscreteScheduler",
    "dpm2 a, KDPM2AncestralDiscreteScheduler",
    "DPM++ SDE Karras, DPMSolverSDEScheduler",
    "DPM++ 2M SDE, DPMSolverMultistepScheduler",
    "dpmsolver_singlestep, DPMSolverSinglestepScheduler",
    "deis beta, DEISMultistepScheduler",
    "LCMScheduler, LCMScheduler",
    "tcd, TCDScheduler"
  })
  void generatesByTheSampler(String name, String className, @TempDir Path folder) {
    assertThat(generate(folder, "--scheduler=" + name)).containsEntry("scheduler", className);
  }

  @Test
  void settingsAndEtaArePartOfThePictureAndItsProvenance(@TempDir Path folder) {
    Path without = folder.resolve("0");
    Path with = folder.resolve("1");
    generate(without, "--scheduler=ddim");
    Map<String, String> facts =
        generate(
            with, "--scheduler=ddim", "--eta=0.5", "--scheduler-option=timestep_spacing=trailing");
    assertThat(facts.get("scheduler_config")).contains("eta=0.5", "timestep_spacing=trailing");
    assertThat(ImageDecoder.decode(with.resolve("seed-5.png")).rgb())
        .isNotEqualTo(ImageDecoder.decode(without.resolve("seed-5.png")).rgb());
  }
}
