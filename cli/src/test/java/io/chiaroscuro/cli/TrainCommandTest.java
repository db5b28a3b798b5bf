package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Each way to train, from the command line to a result that loads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainCommandTest {

  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";

  private Sandbox sandbox;

  @BeforeAll
  void create(@TempDir Path folder) throws IOException {
    sandbox = Sandbox.create(folder.resolve("sandbox"));
    sandbox.text(
        "photos/metadata.jsonl",
        """
        {"file_name": "0.png", "text": "blue"}
        {"file_name": "1.png", "text": "green"}
        {"file_name": "2.png", "text": "red"}
        """);
  }

  private CommandLineRun train(String method, String output, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "train",
                method,
                "--pretrained_model_name_or_path=" + sandbox.path("model"),
                "--output_dir=" + sandbox.path(output),
                "--resolution=64"));
    arguments.addAll(Arrays.asList(more));
    return CommandLineRun.of(arguments.toArray());
  }

  private String photos() {
    return "--train_data_dir=" + sandbox.path("photos");
  }

  private void assertGenerates(Path model, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "generate",
                "--model=" + model,
                "--prompt=blue",
                "--steps=2",
                "--output-dir=" + sandbox.path("pictures")));
    arguments.addAll(Arrays.asList(more));
    CommandLineRun.of(arguments.toArray()).assertSuccess();
  }

  @Test
  void theWholeUnetWithOffsetNoise() throws IOException {
    var run =
        train(
                "unet",
                "offset",
                photos(),
                "--max_train_steps=3",
                "--train_batch_size=2",
                "--noise_offset=0.1",
                "--validation_prompt=a dark night",
                "--num_validation_images=2",
                "--validation_inference_steps=2",
                "--validation_steps=2",
                "--json")
            .assertSuccess();
    assertThat(run.json().get("steps").asInt()).isEqualTo(3);
    assertThat(sandbox.path("offset/samples/step-0000002.png")).isNotEmptyFile();
    assertThat(Files.readAllLines(sandbox.path("offset/metrics.jsonl"))).hasSize(3);
    assertThat(sandbox.path("offset/model_index.json")).isRegularFile();
    assertThat(sandbox.path("offset/" + UNET)).isRegularFile();
    assertThat(sandbox.path("offset/vae/config.json"))
        .hasSameBinaryContentAs(sandbox.path("model/vae/config.json"));
    assertGenerates(sandbox.path("offset"));
    assertDiffer("offset/" + UNET, "model/" + UNET);
  }

  private void assertDiffer(String one, String other) {
    try (var scope = new TensorScope();
        var a = SafetensorsFile.open(sandbox.path(one));
        var b = SafetensorsFile.open(sandbox.path(other))) {
      assertThat(a.entries().keySet()).isEqualTo(b.entries().keySet());
      assertThat(a.entries().keySet())
          .allMatch(name -> !a.tensor(name).equal(b.tensor(name)), "is trained");
    }
  }

  @Test
  void aLoraForDiffusersAndKohya() {
    train("lora", "lora", photos(), "--num_train_epochs=2", "--rank=2", "--snr_gamma=5")
        .assertSuccess();
    assertGenerates(sandbox.path("model"), "--lora=" + sandbox.path("lora") + ":0.5");
    assertGenerates(
        sandbox.path("model"), "--lora=" + sandbox.path("lora/kohya_lora_weights.safetensors"));
  }

  @Test
  void aSubjectWithPicturesOfItsClassThatTheModelMakes() throws IOException {
    String[] arguments = {
      "--instance_data_dir=" + sandbox.path("photos"),
      "--instance_prompt=a photo of sks wall",
      "--with_prior_preservation",
      "--class_data_dir=" + sandbox.path("walls"),
      "--class_prompt=a photo of a wall",
      "--num_class_images=3",
      "--class_inference_steps=2",
      "--max_train_steps=2",
      "--train_batch_size=2",
      "--gradient_accumulation_steps=2",
      "--train_text_encoder"
    };
    train("dreambooth", "subject", (Object[]) arguments).assertSuccess();
    assertThat(sandbox.path("walls"))
        .isDirectoryContaining("glob:**class-00002.png")
        .isDirectoryNotContaining("glob:**class-00003.png");
    assertGenerates(sandbox.path("subject"));
    assertDiffer("subject/" + UNET, "model/" + UNET);
    assertDiffer("subject/text_encoder/model.safetensors", "model/text_encoder/model.safetensors");

    Files.delete(sandbox.path("walls/class-00001.png"));
    train("dreambooth", "subject-lora", with(arguments, "--rank=2")).assertSuccess();
    assertThat(sandbox.path("walls")).isDirectoryContaining("glob:**class-00003.png");
    assertGenerates(sandbox.path("model"), "--lora=" + sandbox.path("subject-lora"));
  }

  private static Object[] with(String[] arguments, String... more) {
    List<Object> all = new ArrayList<>(Arrays.asList((Object[]) arguments));
    all.addAll(Arrays.asList((Object[]) more));
    return all.toArray();
  }

  @Test
  void aWordOfSeveralVectors() {
    train(
            "textual-inversion",
            "word",
            photos(),
            "--placeholder_token=<wall>",
            "--initializer_token=w",
            "--num_vectors=2",
            "--learnable_property=style",
            "--num_train_epochs=1",
            "--train_batch_size=6",
            "--validation_prompt=a <wall> at night",
            "--num_validation_images=1",
            "--validation_inference_steps=1",
            "--validation_steps=4")
        .assertSuccess();
    assertThat(sandbox.path("word/samples/step-0000004.png")).isNotEmptyFile();
    assertGenerates(
        sandbox.path("model"), "--embedding=" + sandbox.path("word"), "--negative-prompt=<wall>");
  }

  @Test
  void everythingFromScratch() throws IOException {
    Path configurations = sandbox.path("configurations");
    new Sandbox(sandbox.path("model")).copyTo(configurations);
    Sandbox bare = new Sandbox(configurations);
    bare.delete("unet/diffusion_pytorch_model.safetensors")
        .delete("vae/diffusion_pytorch_model.safetensors")
        .delete("text_encoder/model.safetensors");
    CommandLineRun.of(
            "train",
            "vae",
            "--model",
            configurations,
            "--from-scratch",
            photos(),
            "--resolution=64",
            "--num_train_epochs=2",
            "--train-batch-size=3",
            "--lr_scheduler=cosine",
            "--lr_warmup_steps=1",
            "--validation-steps=2",
            "--output-dir",
            sandbox.path("autoencoder"))
        .assertSuccess();
    assertThat(sandbox.path("autoencoder/samples/step-0000002.png")).isNotEmptyFile();
    double factor =
        new JsonMapper()
            .readTree(sandbox.path("autoencoder/vae/config.json").toFile())
            .get("scaling_factor")
            .asDouble();
    assertThat(factor).isPositive().isNotEqualTo(0.18215);

    CommandLineRun.of(
            "train",
            "unet",
            "--train_text_encoder",
            "--model",
            sandbox.path("autoencoder"),
            "--from-scratch",
            photos(),
            "--resolution=64",
            "--max_train_steps=3",
            "--use_ema",
            "--cache-latents",
            "--center-crop",
            "--caption-dropout-rate=0.1",
            "--prediction_type=v_prediction",
            "--rescale_betas_zero_snr",
            "--output-dir",
            sandbox.path("scratch"))
        .assertSuccess();
    var scheduler =
        new JsonMapper().readTree(sandbox.path("scratch/scheduler/scheduler_config.json").toFile());
    assertThat(scheduler.get("rescale_betas_zero_snr").asBoolean()).isTrue();
    assertThat(scheduler.get("prediction_type").asText()).isEqualTo("v_prediction");
    assertThat(Files.readString(sandbox.path("scratch/model_index.json")))
        .contains("DDIMScheduler");
    assertThat(sandbox.path("scratch/cache")).isDirectory();
    assertGenerates(sandbox.path("scratch"));
  }
}
