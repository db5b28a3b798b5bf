package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training that cannot be: one sentence, and every file as it was. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainBadInputTest {

  /** Breaks something. */
  @FunctionalInterface
  private interface Damage {
    void to(Sandbox sandbox) throws IOException;
  }

  private static final String UNET = "model/unet/diffusion_pytorch_model.safetensors";
  private static final String VAE = "model/vae/diffusion_pytorch_model.safetensors";

  private static final List<String> USUAL =
      List.of(
          "--model=@/model", "--output-dir=@/trained", "--resolution=64", "--train-batch-size=3");

  private static final Map<String, List<String>> USUAL_OF =
      Map.of(
          "dreambooth",
          List.of("--instance-data-dir=@/photos", "--instance-prompt=sks", "--max-train-steps=1"),
          "textual-inversion",
          List.of(
              "--train-data-dir=@/photos",
              "--placeholder-token=<w>",
              "--initializer-token=w",
              "--max-train-steps=1"));

  private Path folder;
  private Sandbox whole;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    this.folder = folder;
    whole = Sandbox.create(folder.resolve("whole"));
    whole.text(
        "photos/metadata.jsonl",
        """
        {"file_name": "0.png", "text": "blue"}
        {"file_name": "1.png", "text": "green"}
        {"file_name": "2.png", "text": "red"}
        """);
  }

  @TestFactory
  Stream<DynamicTest> pictures() {
    return Stream.of(
        bad(
            "a caption line without caption",
            "unet",
            s -> s.replace("photos/metadata.jsonl", ", \"text\": \"green\"", ""),
            "Line 2 of",
            "has no 'text'"),
        bad(
            "a caption line that is no JSON",
            "lora",
            s -> s.replace("photos/metadata.jsonl", "\"red\"}", "\"red\""),
            "Line 3 of",
            "no JSON object"),
        bad(
            "a picture without caption",
            "unet",
            s -> s.delete("photos/metadata.jsonl"),
            "has no caption",
            "metadata.jsonl"),
        bad("a corrupt picture", "unet", s -> s.halve("photos/1.png"), "1.png"),
        bad("no pictures", "vae --train-data-dir=@/leak", "holds no image"),
        bad("an odd resolution", "unet --resolution=100", "100x100", "multiple of 8"),
        bad("buckets below none", "unet --bucket-no-upscale", "--enable-bucket"),
        bad(
            "random crops in a cache",
            "unet --cache-latents",
            "--cache-latents cannot keep",
            "--center-crop"));
  }

  @TestFactory
  Stream<DynamicTest> contradictions() {
    return Stream.of(
        bad("no end", "unet --max-train-steps=", "--max-train-steps"),
        bad("two ends", "unet --num-train-epochs=1", "either --max-train-steps or"),
        bad("two long waves", "unet --noise_offset=0.1 --multires_noise_iterations=6", "one of"),
        bad("strength of nothing", "unet --noise_offset_random_strength", "give noise_offset"),
        bad("two weightings", "unet --snr_gamma=5 --debiased_estimation_loss", "give one of them"),
        bad("epsilon of pure noise", "unet --zero-terminal-snr", "choose v_prediction or sample"),
        bad("warm-up of a constant", "unet --lr-warmup-steps=1", "constant_with_warmup"),
        bad("an unknown schedule", "unet --lr-scheduler=sinus", "'sinus'", "cosine"),
        bad("an unknown prediction", "unet --prediction-type=eps", "'eps'", "epsilon"),
        bad("float16", "unet --mixed-precision=fp16", "'fp16'", "choose no or bf16"),
        bad("no pictures of the class", "dreambooth --with-prior-preservation", "--class-data-dir"),
        bad("class pictures unused", "dreambooth --class-prompt=wall", "--with-prior-preservation"),
        bad(
            "class pictures in buckets",
            "dreambooth --with-prior-preservation --class-prompt=a --class-data-dir=@/photos"
                + " --enable-bucket",
            "one size",
            "--enable-bucket"),
        bad(
            "captions kept that change",
            "lora --train-text-encoder --cache-text-encoder-outputs",
            "--train-text-encoder changes"),
        bad(
            "captions kept of a new word",
            "textual-inversion --cache-text-encoder-outputs",
            "a new word changes"),
        bad("a word of two", "textual-inversion --initializer-token=zebra", "'zebra'", "simpler"),
        bad("a known word", "textual-inversion --placeholder-token=<|endoftext|>", "endoftext"),
        bad("a LoRA of rank 0", "lora --rank=0", "rank is 0", "give 1 or more"),
        bad("a LoRA of nothing", "lora --target-modules=to_x", "'to_x'", "to_q"),
        bad("no processes", "unet --nproc=0", "--nproc is 0"),
        bad("an empty batch", "unet --train-batch-size=0", "--train-batch-size is 0"),
        bad(
            "samples of no number",
            "unet --validation-prompt=a --num-validation-images=0",
            "num_validation_images is 0"));
  }

  @TestFactory
  Stream<DynamicTest> checkpoints() {
    return Stream.of(
        bad(
            "NaN in the weights",
            "unet",
            s ->
                s.tensors(
                    UNET,
                    t ->
                        t.put(
                            "conv_in.bias",
                            Tensors.zeros(DType.FLOAT32, 32).fill_(new Scalar(Double.NaN)))),
            "The loss of step 1 is NaN",
            "lower the learning rate"),
        bad(
            "no autoencoder to begin with",
            "unet --from-scratch",
            s -> s.delete(VAE),
            "vae holds no weights"),
        bad("the model as output", "unet --output-dir=@/model", "overwrite", "--output-dir"),
        bad("a file as output", "unet --output-dir=@/words.txt", "choose another folder"),
        bad("a checkpoint that is not there", "unet --resume=checkpoint-7", "checkpoint-7"));
  }

  private DynamicTest bad(String what, String words, String... sentence) {
    return bad(what, words, sandbox -> {}, sentence);
  }

  private DynamicTest bad(String what, String words, Damage damage, String... sentence) {
    return DynamicTest.dynamicTest(what, () -> check(what, words, damage, sentence));
  }

  private void check(String what, String words, Damage damage, String... sentence)
      throws IOException {
    Sandbox sandbox = whole.copyTo(folder.resolve(what));
    damage.to(sandbox);
    Map<Path, Integer> before = sandbox.state();

    CommandLineRun run = CommandLineRun.of(arguments(words, sandbox).toArray());

    assertThat(run.err().lines().toList()).hasSize(1);
    assertThat(run.err())
        .startsWith("chiaroscuro: ")
        .contains(sentence)
        .doesNotContain("unforeseen", "null", "Exception");
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.out()).isEmpty();
    assertThat(sandbox.state()).isEqualTo(before);
    sandbox.delete("");
  }

  private static List<String> arguments(String words, Sandbox sandbox) {
    List<String> arguments = new ArrayList<>(List.of("train"));
    arguments.addAll(List.of(words.split(" ")));
    List<String> usual = new ArrayList<>(USUAL);
    usual.addAll(
        USUAL_OF.getOrDefault(
            arguments.get(1), List.of("--train-data-dir=@/photos", "--max-train-steps=1")));
    for (String option : usual) {
      String name = option.substring(0, option.indexOf('=') + 1);
      if (arguments.stream().noneMatch(argument -> argument.startsWith(name))) {
        arguments.add(option);
      }
    }
    return arguments.stream().map(a -> a.replace("@", sandbox.folder().toString())).toList();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // The shell limits the size of a file, as a full disk would.
  void aDiskThatIsFull() throws Exception {
    Sandbox sandbox = whole.copyTo(folder.resolve("full"));
    Path err = folder.resolve("full.err");
    List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -f 512; exec \"$@\"", ""));
    command.addAll(
        ChildProgram.command(arguments("unet --checkpointing-steps=1", sandbox).toArray()));
    Process child = ChildProgram.start(err, command);

    assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isEqualTo(1);
    assertThat(ChildProgram.said(err).lines())
        .singleElement()
        .asString()
        .startsWith("chiaroscuro: Cannot write ")
        .contains("weights.safetensors", "File too large", "has room");
    try (var files = Files.list(sandbox.path("trained"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("logs", "metrics.jsonl");
    }
  }
}
