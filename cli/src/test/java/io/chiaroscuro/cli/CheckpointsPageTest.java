package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of {@code docs/checkpoints.md} as they stand there, in their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "checkpoints.md");
  private static final String LAUNCHER = "./chiaroscuro";
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final String ATTENTION =
      "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v.lora_";

  private Path folder;
  private StandInHub remote;

  /** Small models under the names that the page uses. */
  @BeforeAll
  void publish(@TempDir Path folder) throws IOException {
    this.folder = folder;
    remote = StandInHub.start();
    Path model = folder.resolve("model");
    SeededStableDiffusion.write(model, 0);
    remote.publish("org/name", model);
    remote.publish("org/name", "v2", model);
    for (String weights : List.of("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model")) {
      Files.copy(
          model.resolve(weights + ".safetensors"), model.resolve(weights + ".fp16.safetensors"));
    }
    remote.publish("stabilityai/stable-diffusion-2-1", model);
    write(
        "loras/styles/watercolor.safetensors",
        Map.of(
            ATTENTION + "A.weight", new int[] {4, 32}, ATTENTION + "B.weight", new int[] {64, 4}));
    write("loras/styles/oil.safetensors", Map.of());
    remote.publish("org/loras", folder.resolve("loras"));
    write("word/learned_embeds.safetensors", Map.of("<cat-toy>", new int[] {1, 32}));
    remote.publish("sd-concepts-library/cat-toy", folder.resolve("word"));
  }

  private void write(String name, Map<String, int[]> shapes) {
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = new HashMap<>();
      shapes.forEach((key, s) -> tensors.put(key, Tensors.zeros(DType.FLOAT32, s[0], s[1])));
      SafetensorsWriter.write(folder.resolve(name), tensors, Map.of());
    }
  }

  @AfterAll
  void close() {
    remote.close();
  }

  @TestFactory
  Stream<DynamicTest> aNameOnTheHub() throws IOException {
    List<String> commands = commands("A name on the hub");
    assertThat(commands).hasSizeGreaterThan(5);
    return commands.stream().map(line -> DynamicTest.dynamicTest(line, () -> run(line)));
  }

  /** The indented lines of a section that start the program, continued ones joined. */
  private static List<String> commands(String section) throws IOException {
    String page = Files.readString(PAGE);
    String text = page.split("\n## " + section + "\n", 2)[1].split("\n## ", 2)[0];
    return text.replace("\\\n", "")
        .lines()
        .filter(line -> line.startsWith("    ") && line.contains(LAUNCHER))
        .map(String::strip)
        .toList();
  }

  private void run(String line) {
    Map<String, String> environment = new HashMap<>(remote.environment(folder.resolve("hf")));
    List<Object> words = new ArrayList<>();
    boolean started = false;
    for (Matcher word = WORD.matcher(line); word.find(); ) {
      String value = word.group(1) == null ? word.group(2) : word.group(1);
      if (started) {
        words.add(value.equals("outputs") ? folder.resolve(value) : value);
      } else if (value.equals(LAUNCHER)) {
        started = true;
      } else {
        environment.put(value.split("=")[0], value.split("=")[1]);
      }
    }
    if (words.get(0).equals("generate")) {
      words.add("--steps=2");
    }
    CommandLineRun.in(environment, words.toArray()).assertSuccess();
  }
}
