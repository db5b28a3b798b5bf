package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.fixtures.OriginalLayout;
import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints in one file, on the command line. */
class ConvertCommandTest {

  @TempDir static Path folder;

  private static Path source;
  private static Path safetensors;
  private static Path ckpt;

  @BeforeAll
  static void write() throws IOException {
    Sandbox sandbox = Sandbox.create(Files.createDirectory(folder.resolve("sandbox")));
    source = sandbox.path("model");
    safetensors = folder.resolve("tiny.safetensors");
    ckpt = folder.resolve("tiny.ckpt");
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(safetensors, OriginalLayout.of(source, false), Map.of());
      TorchSave.checkpoint(ckpt, OriginalLayout.of(source, true), 875000);
    }
    Files.writeString(folder.resolve("words.ckpt"), "only words");
    new TorchSave()
        .global("os", "system")
        .text("echo owned")
        .bytes(0x85, 'R')
        .write(folder.resolve("evil.ckpt"));
  }

  @Test
  void convertsWhatGenerateAndStatsAlsoTakeAsItIs() throws IOException {
    Path converted = folder.resolve("converted");
    JsonNode json =
        CommandLineRun.of(
                "convert", safetensors, "--output-dir", converted, "--tokenizer", source, "--json")
            .assertSuccess()
            .json();
    assertThat(json.path("family").asText()).isEqualTo("Stable Diffusion 1.x");
    assertThat(json.path("prediction_type").asText()).isEqualTo("epsilon");
    RgbImage fromFolder = generate("a", converted);
    RgbImage fromFile = generate("b", safetensors, "--tokenizer", source);
    for (int i = 0; i < fromFile.rgb().length; i++) {
      assertThat(fromFile.rgb()[i] & 0xff).isCloseTo(fromFolder.rgb()[i] & 0xff, within(1));
    }
    CommandLineRun.of(
            "stats",
            "--model",
            safetensors,
            "--data-dir",
            source.resolveSibling("photos"),
            "--output-dir",
            folder.resolve("leak"),
            "--resolution",
            64)
        .assertSuccess();
    assertThat(folder.resolve("leak/stats.safetensors")).exists();
  }

  private static RgbImage generate(String name, Path model, Object... options) {
    CommandLineRun.of(generation(name, model, options)).assertSuccess();
    return picture(name);
  }

  private static Object[] generation(String name, Path model, Object... options) {
    List<Object> words = new ArrayList<>(List.of("generate", "--prompt=A lighthouse", "--steps=2"));
    words.addAll(List.of("--model", model, "--height=64", "--width=64"));
    words.addAll(List.of("--output-dir", folder.resolve(name)));
    words.addAll(List.of(options));
    return words.toArray();
  }

  private static RgbImage picture(String name) {
    return ImageDecoder.decode(folder.resolve(name).resolve("seed-0.png"), Orientation.AS_STORED);
  }

  @Test
  void convertsPicklesAndTypes() throws IOException {
    Path converted = folder.resolve("half");
    var run =
        CommandLineRun.of(
                "convert",
                ckpt,
                "--output-dir",
                converted,
                "--dtype",
                "float16",
                "--tokenizer",
                source)
            .assertSuccess();
    assertThat(run.out()).contains("2.x", "epsilon");
    assertThat(Checkpoint.open(converted).modelIndex().components())
        .containsEntry("scheduler", "DDIMScheduler");
    assertThat(CommandLineRun.of("inspect", converted).assertSuccess().out())
        .contains("float16", "use_linear_projection");
    CommandLineRun.of(
            "convert",
            ckpt,
            "--output-dir",
            folder.resolve("v"),
            "--prediction-type",
            "v_prediction",
            "--tokenizer",
            source)
        .assertSuccess();
    assertThat(CommandLineRun.of("inspect", folder.resolve("v/scheduler")).out())
        .contains("v_prediction");
  }

  @Test
  void takesTheHubsTokenizerWhereNoneIsGiven() {
    try (var remote = StandInHub.start()) {
      remote
          .publish("openai/clip-vit-large-patch14", source.resolve("tokenizer"))
          .put("config.json", "{}")
          .put("model.safetensors", "weights that nobody needs");
      Map<String, String> online = remote.environment(folder.resolve("hf"));
      Map<String, String> offline = new HashMap<>(online);
      offline.put("HF_HUB_OFFLINE", "1");
      assertRefused(
          generateIn(offline, "none"), "carries no tokenizer", "HF_HUB_OFFLINE", "--tokenizer");
      assertRefused(convertIn(offline, "none"), "carries no tokenizer", "--tokenizer");
      assertThat(folder.resolve("none")).doesNotExist();

      CommandLineRun cold = generateIn(online, "cold").assertSuccess();
      assertThat(cold.err()).contains("Fetching openai/clip-vit-large-patch14: 3 files");
      remote.forgetRequests();
      generateIn(offline, "cached").assertSuccess();
      convertIn(offline, "whole").assertSuccess();
      assertThat(remote.requests()).isEmpty();
      assertThat(picture("cached").rgb())
          .isEqualTo(picture("cold").rgb())
          .isEqualTo(generate("given", safetensors, "--tokenizer", source).rgb());
      assertThat(folder.resolve("whole/tokenizer/merges.txt")).exists();

      assertRefused(
          CommandLineRun.in(
              Map.of("HF_ENDPOINT", "http://127.0.0.1:1", "HF_HOME", folder + "/empty"),
              generation("none", safetensors)),
          "Cannot reach http://127.0.0.1:1",
          "--tokenizer");
    }
  }

  private static CommandLineRun generateIn(Map<String, String> environment, String name) {
    return CommandLineRun.in(environment, generation(name, safetensors));
  }

  private static CommandLineRun convertIn(Map<String, String> environment, String name) {
    return CommandLineRun.in(
        environment, "convert", safetensors, "--output-dir", folder.resolve(name));
  }

  private static void assertRefused(CommandLineRun run, String... parts) {
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("chiaroscuro: ").contains(parts).hasLineCount(1);
  }

  @Test
  void paintsWithAFileForInpainting() throws IOException {
    Path file = folder.resolve("sd-v1-5-inpainting.safetensors");
    try (var scope = new TensorScope();
        var random = new SeededGenerator(2)) {
      Map<String, Tensor> tensors = OriginalLayout.of(source, false);
      tensors.put("model.diffusion_model.input_blocks.0.0.weight", random.randn(32, 9, 3, 3));
      SafetensorsWriter.write(file, tensors, Map.of());
    }
    assertThat(CommandLineRun.of("inspect", file).assertSuccess().out())
        .contains("Stable Diffusion 1.x for inpainting in its authors' one file");
    Path white = folder.resolve("white.png");
    PngFile.write(white, RgbImage.solid(64, 64, 255, 255, 255), Map.of());
    generate("painted", file, "--tokenizer", source, "--image", white, "--mask", white);
    assertRefused(
        CommandLineRun.of(generation("none", file, "--tokenizer", source)), "for inpainting");
  }

  @Test
  void inspectsOneFile() throws IOException {
    JsonNode pickle = CommandLineRun.of("inspect", ckpt, "--json").assertSuccess().json();
    assertThat(pickle.path("kind").asText()).isEqualTo("pickle");
    assertThat(pickle.path("checkpoint").asText()).isEqualTo("Stable Diffusion 2.x");
    assertThat(pickle.path("prediction_type").asText()).isEqualTo("epsilon");
    assertThat(pickle.path("metadata").path("global_step").asText()).isEqualTo("875000");
    assertThat(CommandLineRun.of("inspect", safetensors).assertSuccess().out())
        .contains("Stable Diffusion 1.x in its authors' one file", "model.diffusion_model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "convert @/evil.ckpt --output-dir @/x         | os.system",
        "inspect @/evil.ckpt                          | os.system",
        "generate --model @/evil.ckpt --prompt a --output-dir @/x --tokenizer @ | os.system",
        "convert @/words.ckpt --output-dir @/x        | no ZIP archive",
        "convert @/none.ckpt --output-dir @/x         | no such file",
        "convert @/sandbox/model --output-dir @/x     | it is a folder",
        "convert @/tiny.ckpt --output-dir @/sandbox   | not empty",
        "convert @/tiny.ckpt --output-dir @/x --dtype int4           | 'int4'",
        "convert @/tiny.ckpt --output-dir @/x --prediction-type flow | 'flow'",
        "convert @/tiny.ckpt --output-dir @/x --tokenizer @/sandbox/photos | holds no tokenizer",
        "convert @/sandbox/leak/stats.safetensors --output-dir @/x | no checkpoint of Stable",
        "generate --model @/tiny.ckpt --prompt a --output-dir @/x  | --tokenizer",
        "generate --model @/sandbox/model --tokenizer @ --prompt a --output-dir @/x | leave that",
        "demo --model @/tiny.ckpt --output-dir @/x --data-dir @    | --tokenizer",
      })
  void refusesInOneSentence(String line, String reason) {
    Object[] arguments = line.trim().replace("@", folder.toString()).split(" +");
    assertRefused(CommandLineRun.of(arguments), reason);
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
