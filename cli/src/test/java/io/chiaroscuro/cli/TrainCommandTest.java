package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
}
