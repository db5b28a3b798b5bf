package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is wrong, the program says so in one sentence that names it and the remedy, and leaves
 * every file as it was.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BadInput {

  /** Breaks something. */
  @FunctionalInterface
  interface Damage {
    void to(Sandbox sandbox) throws IOException;
  }

  static final String UNET = "model/unet/diffusion_pytorch_model.safetensors";
  static final String VAE = "model/vae/diffusion_pytorch_model.safetensors";

  private static final Map<String, List<String>> USUAL =
      Map.of(
          "stats",
          List.of(
              "--model=@/model", "--data-dir=@/photos", "--output-dir=@/out", "--resolution=128"),
          "generate",
          List.of("--model=@/model", "--prompt=light", "--output-dir=@/out", "--steps=2"));

  Path folder;
  Sandbox whole;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    this.folder = folder;
    whole = Sandbox.create(folder.resolve("whole"));
  }

  /** The options of {@code command} that are added where a case lacks them. */
  List<String> usual(String command) {
    return USUAL.getOrDefault(command, List.of());
  }

  final DynamicTest bad(String what, String words, String... sentence) {
    return bad(what, words, sandbox -> {}, sentence);
  }

  /**
   * @param what is broken
   * @param words the command; {@code @} stands for the sandbox
   * @param damage done before
   * @param sentence what must be in it
   */
  final DynamicTest bad(String what, String words, Damage damage, String... sentence) {
    return DynamicTest.dynamicTest(what, () -> check(what, words, damage, sentence));
  }

  private void check(String what, String words, Damage damage, String... sentence)
      throws IOException {
    Sandbox sandbox = whole.copyTo(folder.resolve(what));
    damage.to(sandbox);
    Map<Path, Integer> before = sandbox.state();

    CommandLineRun run = CommandLineRun.of(arguments(words, sandbox));

    List<String> lines =
        run.err().lines().filter(line -> !line.matches(".*[Ss]kipped: .*")).toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .startsWith("chiaroscuro: ")
        .contains(sentence)
        .doesNotContain("unforeseen", "null", "Exception");
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.out()).isEmpty();
    assertThat(sandbox.state()).isEqualTo(before);
    sandbox.delete("");
  }

  final Object[] arguments(String words, Sandbox sandbox) {
    List<String> arguments = new ArrayList<>(List.of(words.split(" ")));
    arguments.remove("");
    List<String> command =
        arguments.stream().takeWhile(argument -> !argument.startsWith("-")).toList();
    for (String usual : usual(String.join(" ", command))) {
      String option = usual.substring(0, usual.indexOf('=') + 1);
      if (arguments.stream().noneMatch(argument -> argument.startsWith(option))) {
        arguments.add(command.size(), usual);
      }
    }
    return arguments.stream().map(a -> a.replace("@", sandbox.folder().toString())).toArray();
  }

  static Tensor zeros(long... shape) {
    return Tensors.zeros(DType.FLOAT32, shape);
  }

  static Tensor nan(long... shape) {
    return zeros(shape).fill_(new Scalar(Double.NaN));
  }
}
