package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Training that cannot be: one sentence, and every file as it was. */
class TrainBadInputTest extends BadInput {

  @BeforeAll
  void caption() throws IOException {
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
            "train unet",
            s -> s.replace("photos/metadata.jsonl", ", \"text\": \"green\"", ""),
            "Line 2 of",
            "has no 'text'"),
        bad(
            "a caption line that is no JSON",
            "train lora",
            s -> s.replace("photos/metadata.jsonl", "\"red\"}", "\"red\""),
            "Line 3 of",
            "no JSON object"),
        bad(
            "a picture without caption",
            "train unet",
            s -> s.delete("photos/metadata.jsonl"),
            "has no caption",
            "metadata.jsonl"),
        bad("a corrupt picture", "train unet", s -> s.halve("photos/1.png"), "1.png"),
        bad("no pictures", "train vae --train-data-dir=@/leak", "holds no image"),
        bad("an odd resolution", "train unet --resolution=100", "100x100", "multiple of 8"),
        bad("buckets below none", "train unet --bucket-no-upscale", "--enable-bucket"),
        bad(
            "random crops in a cache",
            "train unet --cache-latents",
            "--cache-latents cannot keep",
            "--center-crop"));
  }

  @TestFactory
  Stream<DynamicTest> contradictions() {
    return Stream.of(
        bad("no end", "train unet --max-train-steps=", "--max-train-steps"),
        bad("two ends", "train unet --num-train-epochs=1", "either --max-train-steps or"),
        bad(
            "two long waves",
            "train unet --noise_offset=0.1 --multires_noise_iterations=6",
            "one of"),
        bad(
            "strength of nothing",
            "train unet --noise_offset_random_strength",
            "give noise_offset"),
        bad(
            "two weightings",
            "train unet --snr_gamma=5 --debiased_estimation_loss",
            "give one of them"),
        bad(
            "epsilon of pure noise",
            "train unet --zero-terminal-snr",
            "choose v_prediction or sample"),
        bad("warm-up of a constant", "train unet --lr-warmup-steps=1", "constant_with_warmup"),
        bad("an unknown schedule", "train unet --lr-scheduler=sinus", "'sinus'", "cosine"),
        bad("an unknown prediction", "train unet --prediction-type=eps", "'eps'", "epsilon"),
        bad("float16", "train unet --mixed-precision=fp16", "'fp16'", "choose no or bf16"),
        bad(
            "no pictures of the class",
            "train dreambooth --with-prior-preservation",
            "--class-data-dir"),
        bad(
            "class pictures unused",
            "train dreambooth --class-prompt=wall",
            "--with-prior-preservation"),
        bad(
            "class pictures in buckets",
            "train dreambooth --with-prior-preservation --class-prompt=a --class-data-dir=@/photos"
                + " --enable-bucket",
            "one size",
            "--enable-bucket"),
        bad(
            "captions kept that change",
            "train lora --train-text-encoder --cache-text-encoder-outputs",
            "--train-text-encoder changes"),
        bad(
            "captions kept of a new word",
            "train textual-inversion --cache-text-encoder-outputs",
            "a new word changes"),
        bad(
            "a word of two",
            "train textual-inversion --initializer-token=zebra",
            "'zebra'",
            "simpler"),
        bad(
            "a known word",
            "train textual-inversion --placeholder-token=<|endoftext|>",
            "endoftext"),
        bad("a LoRA of rank 0", "train lora --rank=0", "rank is 0", "give 1 or more"),
        bad("a LoRA of nothing", "train lora --target-modules=to_x", "'to_x'", "to_q"),
        bad("no processes", "train unet --nproc=0", "--nproc is 0"),
        bad("an empty batch", "train unet --train-batch-size=0", "--train-batch-size is 0"),
        bad(
            "samples of no number",
            "train unet --validation-prompt=a --num-validation-images=0",
            "num_validation_images is 0"));
  }

  @TestFactory
  Stream<DynamicTest> checkpoints() {
    return Stream.of(
        bad(
            "NaN in the weights",
            "train unet",
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
            "train unet --from-scratch",
            s -> s.delete(VAE),
            "vae holds no weights"),
        bad("the model as output", "train unet --output-dir=@/model", "overwrite", "--output-dir"),
        bad("a file as output", "train unet --output-dir=@/words.txt", "choose another folder"),
        bad("a checkpoint that is not there", "train unet --resume=checkpoint-7", "checkpoint-7"));
  }

  @Override
  List<String> usual(String command) {
    List<String> data =
        switch (command) {
          case "train dreambooth" ->
              List.of("--instance-data-dir=@/photos", "--instance-prompt=sks");
          case "train textual-inversion" ->
              List.of(
                  "--train-data-dir=@/photos", "--placeholder-token=<w>", "--initializer-token=w");
          default -> List.of("--train-data-dir=@/photos");
        };
    List<String> all =
        List.of(
            "--model=@/model",
            "--output-dir=@/trained",
            "--resolution=64",
            "--train-batch-size=3",
            "--max-train-steps=1");
    return Stream.concat(data.stream(), all.stream()).toList();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // the shell sets the limit
  void aDiskThatIsFull() throws Exception {
    Sandbox sandbox = whole.copyTo(folder.resolve("full"));
    Path err = folder.resolve("full.err");
    Process child =
        ChildProgram.startWithoutRoom(
            err, arguments("train unet --checkpointing-steps=1", sandbox));

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
