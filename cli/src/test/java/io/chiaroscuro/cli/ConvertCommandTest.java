package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.fixtures.OriginalLayout;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
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
    Path out = folder.resolve(name);
    Object[] arguments =
        new Object[] {
          "generate",
          "--model",
          model,
          "--prompt",
          "A lighthouse",
          "--height",
          64,
          "--width",
          64,
          "--steps",
          2,
          "--output-dir",
          out
        };
    Object[] all = Arrays.copyOf(arguments, arguments.length + options.length);
    System.arraycopy(options, 0, all, arguments.length, options.length);
    CommandLineRun.of(all).assertSuccess();
    return ImageDecoder.decode(out.resolve("seed-0.png"), Orientation.AS_STORED);
  }

  @Test
  void convertsPicklesTypesAndWithoutTokenizer() throws IOException {
    Path converted = folder.resolve("half");
    var run =
        CommandLineRun.of("convert", ckpt, "--output-dir", converted, "--dtype", "float16")
            .assertSuccess();
    assertThat(run.out()).contains("2.x", "epsilon", "without a tokenizer");
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
            "v_prediction")
        .assertSuccess();
    assertThat(CommandLineRun.of("inspect", folder.resolve("v/scheduler")).out())
        .contains("v_prediction");
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
    var run = CommandLineRun.of(arguments);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("chiaroscuro: ").contains(reason).hasLineCount(1);
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
