package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GenerateCommandTest {

  /** Of the first of two DDIM steps, with Stable Diffusion's betas. */
  private static final int FIRST_TIMESTEP = 501;

  private static final int CHANNEL = 16 * 16;

  private Sandbox sandbox;
  private Path folder;
  private Path out;

  @BeforeAll
  void create(@TempDir Path shared) throws IOException {
    sandbox = Sandbox.create(shared);
  }

  @BeforeEach
  void nameTheOutput(@TempDir Path folder) {
    this.folder = folder;
    this.out = folder.resolve("out");
  }

  private CommandLineRun generate(Path output, String... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--steps=2"));
    words.add("--model=" + sandbox.path("model"));
    words.add("--prompt=A lighthouse at night");
    words.add("--output-dir=" + output);
    words.addAll(List.of(options));
    return CommandLineRun.of(words.toArray()).assertSuccess();
  }

  private String leak() {
    return "--leak=" + sandbox.path("leak");
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] pixels(Path file) {
    return ImageDecoder.decode(file).rgb();
  }

  private static float[] latents(Path file) {
    try (var opened = SafetensorsFile.open(file);
        var scope = new TensorScope()) {
      return Tensors.floats(opened.tensor("latents"));
    }
  }

  @Test
  void comparesWithAndWithoutLeak() throws IOException {
    JsonNode json = generate(out, leak(), "--compare", "--count=2", "--seed=5", "--json").json();
    assertThat(files(out))
        .containsExactly(
            "contact-sheet.png",
            "seed-5-initial.png",
            "seed-5-leak.png",
            "seed-5-with.png",
            "seed-5-without.png",
            "seed-6-initial.png",
            "seed-6-leak.png",
            "seed-6-with.png",
            "seed-6-without.png");
    assertThat(json.path("contact_sheet").asText()).endsWith("contact-sheet.png");
    assertThat(json.path("pictures")).hasSize(8);
    for (JsonNode picture : json.path("pictures")) {
      assertThat(Path.of(picture.path("file").asText())).exists();
      assertThat(picture.path("brightness").asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(json.path("pictures").findValuesAsText("shows"))
        .startsWith("initial", "without", "leak", "with");
    assertThat(pixels(out.resolve("seed-5-with.png")))
        .isNotEqualTo(pixels(out.resolve("seed-5-without.png")))
        .isNotEqualTo(pixels(out.resolve("seed-6-with.png")));
    var sheet = ImageDecoder.decode(out.resolve("contact-sheet.png"));
    assertThat(sheet.width()).isGreaterThan(4 * 128);
    assertThat(sheet.height()).isGreaterThan(2 * 128);
  }

  /** Ancestral sampling draws noise at every step; the last batch is a smaller one. */
  @Test
  void aBatchMakesTheSamePictures() throws IOException {
    String[] options = {leak(), "--compare", "--count=3", "--scheduler=euler_ancestral"};
    generate(out, append(options, "--save-latents=" + folder.resolve("alone")));
    Path batched = folder.resolve("batched-out");
    generate(
        batched, append(options, "--batch-size=2", "--save-latents=" + folder.resolve("batched")));
    assertThat(files(batched)).isEqualTo(files(out)).hasSize(13);
    assertThat(files(folder.resolve("batched")))
        .isEqualTo(files(folder.resolve("alone")))
        .hasSize(12);
    for (String file : files(folder.resolve("alone"))) {
      float[] alone = latents(folder.resolve("alone").resolve(file));
      float[] together = latents(folder.resolve("batched").resolve(file));
      assertThat(together).as(file).hasSameSizeAs(alone);
      for (int i = 0; i < alone.length; i++) {
        assertThat(together[i]).as(file).isCloseTo(alone[i], within(1e-4f));
      }
    }
  }

  private static String[] append(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void picturesSayHowTheyWereMade() {
    generate(out, leak(), "--compare", "--seed=5", "--scheduler=euler", "--leak-channel=0=-2");
    Map<String, String> with = PngFile.readText(out.resolve("seed-5-with.png"));
    assertThat(with)
        .containsEntry("prompt", "A lighthouse at night")
        .containsEntry("negative_prompt", "")
        .containsEntry("seed", "5")
        .containsEntry("shows", "with")
        .containsEntry("num_inference_steps", "2")
        .containsEntry("guidance_scale", "7.5")
        .containsEntry("size", "128x128")
        .containsEntry("scheduler", "EulerDiscreteScheduler")
        .containsEntry("dtype", "float32")
        .containsEntry("model_hash", Checkpoint.open(sandbox.path("model")).hash())
        .containsEntry("leak", sandbox.path("leak").toString())
        .containsEntry("leak_model", "seeded")
        .containsEntry("leak_channels", "0=-2.0")
        .containsKey("leak_sample_seed");
    assertThat(PngFile.readText(out.resolve("seed-5-without.png")))
        .containsEntry("prompt", "A lighthouse at night")
        .doesNotContainKeys("leak", "leak_model", "leak_sample_seed");
    assertThat(PngFile.readText(out.resolve("contact-sheet.png")))
        .containsEntry("prompt", "A lighthouse at night");
  }

  @Test
  void theSameSeedMakesTheSamePictureBesideTheOld() throws IOException {
    generate(out, leak(), "--seed=5");
    byte[] old = Files.readAllBytes(out.resolve("seed-5.png"));
    generate(out, leak(), "--seed=5");
    assertThat(files(out)).containsExactly("seed-5.2.png", "seed-5.png");
    assertThat(out.resolve("seed-5.png")).hasBinaryContent(old);
    assertThat(pixels(out.resolve("seed-5.2.png"))).isEqualTo(pixels(out.resolve("seed-5.png")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddim", "euler"})
  void savedInitialLatentsReproduceThePictureWithItsLeak(String scheduler) {
    Path saved = folder.resolve("latents");
    generate(out, leak(), "--scheduler=" + scheduler, "--save-latents=" + saved);
    Path initial = saved.resolve("seed-0-initial.safetensors");
    Path again = folder.resolve("again");
    generate(again, "--scheduler=" + scheduler, "--initial-latents=" + initial, "--seed=99");
    assertThat(
            Arrays.equals(pixels(again.resolve("seed-99.png")), pixels(out.resolve("seed-0.png"))))
        .isTrue();
  }

  @Test
  void savesLatentsOnTheWay() throws IOException {
    Path saved = folder.resolve("latents");
    generate(
        out, "--scheduler=ddim", "--save-latents=" + saved, "--save-latents-every=1", "--count=2");
    assertThat(files(saved))
        .containsExactly(
            "seed-0-final.safetensors",
            "seed-0-initial.safetensors",
            "seed-0-step-001.safetensors",
            "seed-0-step-002.safetensors",
            "seed-1-final.safetensors",
            "seed-1-initial.safetensors",
            "seed-1-step-001.safetensors",
            "seed-1-step-002.safetensors");
    assertThat(latents(saved.resolve("seed-0-step-002.safetensors")))
        .hasSize(4 * CHANNEL)
        .containsExactly(latents(saved.resolve("seed-0-final.safetensors")))
        .isNotEqualTo(latents(saved.resolve("seed-0-step-001.safetensors")));
  }

  @Test
  void aMeanColorMovesEachChannelAsAWhole() {
    float[] dark = initialLatents("dark", "--mean-color=#101020");
    float[] light = initialLatents("light", "--mean-color=#e0e0ff");
    for (int channel = 0; channel < 4; channel++) {
      float first = light[channel * CHANNEL] - dark[channel * CHANNEL];
      assertThat(first).isNotZero();
      for (int i = channel * CHANNEL; i < (channel + 1) * CHANNEL; i++) {
        assertThat(light[i] - dark[i]).isCloseTo(first, within(1e-5f));
      }
    }
    assertThat(PngFile.readText(folder.resolve("dark/seed-0.png")))
        .containsEntry("mean_color", "#101020");
  }

  @Test
  void aPresetIsTheAuthorsConstants() {
    assertThat(initialLatents("preset", "--leak-preset=white-background"))
        .containsExactly(
            initialLatents(
                "by-hand", "--leak-channel=0=1.9", "--leak-channel=1=1.3", "--leak-channel=3=-1"));
    assertThat(PngFile.readText(folder.resolve("preset/seed-0.png")))
        .containsEntry("leak_preset", "white-background")
        .containsEntry("leak_channels", "0=1.9 1=1.3 3=-1.0");
  }

  @Test
  void aLoraActsByItsWeight() {
    Path lora = folder.resolve("bright.safetensors");
    writeLora(lora);
    byte[] without = picture("without");
    assertThat(picture("none", "--lora=" + lora + ":0")).isEqualTo(without);
    byte[] half = picture("half", "--lora=" + lora + ":0.5");
    assertThat(half).isNotEqualTo(without);
    assertThat(picture("twice", "--lora=" + lora + ":0.25", "--lora=" + lora + ":0.25"))
        .satisfies(twice -> assertThat(differing(twice, half)).isLessThan(0.02));
    assertThat(picture("whole", "--lora=" + lora)).isNotEqualTo(half);
    assertThat(PngFile.readText(folder.resolve("twice/seed-0.png")))
        .containsEntry("lora", "bright.safetensors:0.25, bright.safetensors:0.25");
    assertThat(PngFile.readText(folder.resolve("without/seed-0.png"))).doesNotContainKey("lora");
  }

  @Test
  void aMergedLoraActsAsOneBeside() {
    Path lora = folder.resolve("bright.safetensors");
    writeLora(lora);
    byte[] beside = picture("beside", "--lora=" + lora + ":0.5");
    assertThat(picture("merged", "--lora=" + lora + ":0.5", "--merge-loras"))
        .satisfies(merged -> assertThat(differing(merged, beside)).isLessThan(0.02));
    assertThat(PngFile.readText(folder.resolve("merged/seed-0.png")))
        .containsEntry("merged_lora", "bright.safetensors:0.5")
        .doesNotContainKey("lora");
  }

  @Test
  void aLoraHasAWeightForEitherNetwork() {
    Path lora = folder.resolve("bright.safetensors");
    writeLora(lora);
    byte[] half = picture("half", "--lora=" + lora + ":0.5");
    assertThat(picture("unet", "--lora=" + lora + ":unet=0.5:te=0")).isEqualTo(half);
    assertThat(picture("te", "--lora=" + lora + ":te=0.5:unet=0")).isEqualTo(picture("without"));
    assertThat(PngFile.readText(folder.resolve("unet/seed-0.png")))
        .containsEntry("lora", "bright.safetensors:unet=0.5:te=0.0");
  }

  /** In cloneofsimo's format, where layers have numbers for names. */
  @Test
  void wordsBesideALoraAreUnderstood() {
    Path lora = folder.resolve("dim.safetensors");
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("<s1>", generator.randn(32));
      for (int layer = 0; layer < 8; layer++) {
        tensors.put("text_encoder:" + layer + ":up", generator.randn(32, 1));
        tensors.put("text_encoder:" + layer + ":down", generator.randn(1, 32));
      }
      SafetensorsWriter.write(
          lora, tensors, Map.of("<s1>", "<embed>", "text_encoder", "[\"CLIPAttention\"]"));
    }
    assertThat(picture("word", "--negative-prompt=<s1>", "--lora=" + lora + ":0"))
        .isNotEqualTo(picture("unknown", "--negative-prompt=<s1>"));
  }

  @Test
  void aWordOfOnesOwnIsUnderstood() {
    Path word = folder.resolve("words");
    try (var scope = new TensorScope();
        var generator = new SeededGenerator(4)) {
      SafetensorsWriter.write(
          word.resolve("learned_embeds.safetensors"),
          Map.of("<dim>", generator.randn(2, 32)),
          Map.of());
    }
    byte[] unknown = picture("unknown", "--negative-prompt=<dim>");
    byte[] known = picture("known", "--negative-prompt=<dim>", "--embedding=" + word);
    assertThat(known).isNotEqualTo(unknown);
    assertThat(picture("renamed", "--negative-prompt=<gloom>", "--embedding=" + word + ":<gloom>"))
        .isEqualTo(known);
    assertThat(PngFile.readText(folder.resolve("renamed/seed-0.png")))
        .containsEntry("embedding", "words:<gloom>");
  }

  private byte[] picture(String name, String... options) {
    generate(folder.resolve(name), options);
    return pixels(folder.resolve(name).resolve("seed-0.png"));
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

  /** The share of bytes that differ. */
  private static double differing(byte[] a, byte[] b) {
    int count = 0;
    for (int i = 0; i < a.length; i++) {
      count += a[i] == b[i] ? 0 : 1;
    }
    return (double) count / a.length;
  }

  /** A leak of strength 0 is no leak, but the noise has the share that it has in training. */
  @Test
  void atStrengthZeroNoiseIsAloneInItsShareOfTraining() {
    float[] noise = initialLatents("noise");
    float[] without = initialLatents("without", leak(), "--leak-strength=0");
    float share = (float) Math.sqrt(1 - alphasCumprod(FIRST_TIMESTEP));
    assertThat(share).isBetween(0.5f, 0.9f);
    for (int i = 0; i < noise.length; i++) {
      assertThat(without[i]).isCloseTo(share * noise[i], within(1e-5f));
    }
  }

  private float[] initialLatents(String name, String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.add("--scheduler=ddim");
    words.add("--save-latents=" + folder.resolve(name));
    generate(folder.resolve(name), words.toArray(String[]::new));
    return latents(folder.resolve(name).resolve("seed-0-initial.safetensors"));
  }

  private static double alphasCumprod(int timestep) {
    double product = 1;
    for (int t = 0; t <= timestep; t++) {
      double root = Math.sqrt(0.00085) + t / 999.0 * (Math.sqrt(0.012) - Math.sqrt(0.00085));
      product *= 1 - root * root;
    }
    return product;
  }
}
