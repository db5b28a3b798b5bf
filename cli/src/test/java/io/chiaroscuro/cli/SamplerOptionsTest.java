package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
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

  /** As {@code docs/samplers.md} has it, with keys as LCM-LoRA is published. */
  @ParameterizedTest
  @CsvSource({"lcm, LCMScheduler", "tcd, TCDScheduler"})
  void aLoraMakesFewStepsDo(String name, String className, @TempDir Path folder) {
    Path lora = folder.resolve("few-steps.safetensors");
    String layer = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_v";
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      SafetensorsWriter.write(
          lora,
          Map.of(
              layer + ".lora_down.weight", generator.randn(2, 32),
              layer + ".lora_up.weight", generator.randn(64, 2),
              layer + ".alpha", Tensors.of(new double[] {2}, 1).squeeze()),
          Map.of());
    }
    String[] options = {"--scheduler=" + name, "--guidance-scale=1"};
    generate(folder.resolve("without"), options);
    assertThat(generate(folder.resolve("with"), options[0], options[1], "--lora=" + lora))
        .containsEntry("scheduler", className)
        .containsEntry("num_inference_steps", "3")
        .containsEntry("guidance_scale", "1.0")
        .containsEntry("lora", "few-steps.safetensors:1.0");
    assertThat(ImageDecoder.decode(folder.resolve("with/seed-5.png")).rgb())
        .isNotEqualTo(ImageDecoder.decode(folder.resolve("without/seed-5.png")).rgb());
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
