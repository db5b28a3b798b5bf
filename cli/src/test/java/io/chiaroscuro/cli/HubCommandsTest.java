package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Names on the hub wherever a model, a LoRA or a learnt word is given, cold and from the cache. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HubCommandsTest {

  private static final String MODEL = "org/tiny";
  private static final String ATTENTION =
      "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v.lora_";

  private StandInHub remote;
  private Path local;

  @BeforeAll
  void publish(@TempDir Path folder) {
    remote = StandInHub.start();
    local = folder.resolve("model");
    SeededStableDiffusion.write(local, 0);
    remote.publish(MODEL, local).put("README.md", "Of no use.");
    try (var scope = new TensorScope()) {
      write(
          folder.resolve("lora/pytorch_lora_weights.safetensors"),
          Map.of(
              ATTENTION + "A.weight", Tensors.zeros(DType.FLOAT32, 4, 32),
              ATTENTION + "B.weight", Tensors.zeros(DType.FLOAT32, 64, 4)));
      write(
          folder.resolve("word/learned_embeds.safetensors"),
          Map.of("<dim>", Tensors.zeros(DType.FLOAT32, 2, 32)));
    }
    remote.publish("org/lora", folder.resolve("lora"));
    remote.publish("org/word", folder.resolve("word"));
  }

  private static void write(Path file, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(file, tensors, Map.of());
  }

  @AfterAll
  void close() {
    remote.close();
  }

  private Map<String, String> online(Path home) {
    return remote.environment(home);
  }

  private Map<String, String> offline(Path home) {
    Map<String, String> environment = new HashMap<>(remote.environment(home));
    environment.put("HF_HUB_OFFLINE", "1");
    return environment;
  }

  private static CommandLineRun generate(
      Map<String, String> environment, Object model, Path output, String... more) {
    List<Object> words = new ArrayList<>(List.of("generate", "--prompt=light", "--steps=2"));
    words.addAll(List.of("--model=" + model, "--output-dir=" + output));
    words.addAll(List.of(more));
    return CommandLineRun.in(environment, words.toArray());
  }

  private static byte[] pixels(Path output) {
    return ImageDecoder.decode(output.resolve("seed-0.png")).rgb();
  }

  @Test
  void generatesByNameColdAndFromTheCache(@TempDir Path folder) throws IOException {
    Path home = folder.resolve("hf");
    CommandLineRun cold = generate(online(home), MODEL, folder.resolve("cold")).assertSuccess();
    assertThat(cold.err()).contains("Fetching org/tiny: ", " files, ", " MB.");
    assertThat(PngFile.readText(folder.resolve("cold/seed-0.png"))).containsEntry("model", MODEL);

    remote.forgetRequests();
    CommandLineRun warm = generate(offline(home), MODEL, folder.resolve("warm")).assertSuccess();
    assertThat(warm.err()).doesNotContain("Fetching");
    assertThat(remote.requests()).isEmpty();

    generate(online(home), local, folder.resolve("local")).assertSuccess();
    assertThat(remote.requests()).isEmpty();
    assertThat(pixels(folder.resolve("cold")))
        .isEqualTo(pixels(folder.resolve("warm")))
        .isEqualTo(pixels(folder.resolve("local")));
  }

  @Test
  void adaptsByName(@TempDir Path folder) throws IOException {
    generate(
            online(folder.resolve("hf")),
            local,
            folder,
            "--lora=org/lora:0.5",
            "--embedding=org/word")
        .assertSuccess();
    assertThat(PngFile.readText(folder.resolve("seed-0.png")))
        .containsEntry("lora", "org/lora:0.5")
        .containsEntry("embedding", "org/word:<dim>");
  }

  @Test
  void pullsAndLists(@TempDir Path home) throws IOException {
    JsonNode pulled =
        CommandLineRun.in(online(home), "pull", MODEL, "org/lora@main", "--json")
            .assertSuccess()
            .json();
    assertThat(pulled.at("/models/0/name").asText()).isEqualTo(MODEL);
    assertThat(pulled.at("/models/0/fetched").asInt())
        .isEqualTo(pulled.at("/models/0/files").asInt())
        .isPositive();
    assertThat(Path.of(pulled.at("/models/0/path").asText()).resolve("model_index.json")).exists();

    assertThat(CommandLineRun.in(online(home), "pull", MODEL).assertSuccess().out())
        .contains("0 of them new");
    assertThat(CommandLineRun.in(offline(home), "models").assertSuccess().out())
        .contains(MODEL, "main", "StableDiffusionPipeline", "org/lora", "LoRA", "MB");
    JsonNode models = CommandLineRun.in(offline(home), "models", "--json").assertSuccess().json();
    assertThat(models.at("/models/1/name").asText()).isEqualTo(MODEL);
    assertThat(models.at("/models/1/bytes").asLong())
        .isEqualTo(pulled.at("/models/0/bytes").asLong());
  }

  @Test
  void inspectsWhatWasFetched(@TempDir Path home) {
    assertRefused(
        CommandLineRun.in(online(home), "inspect", MODEL), "no file or folder 'org/tiny'", "pull");
    CommandLineRun.in(online(home), "pull", MODEL, "org/word").assertSuccess();
    remote.forgetRequests();
    assertThat(CommandLineRun.in(online(home), "inspect", MODEL, "org/word").assertSuccess().out())
        .contains("StableDiffusionPipeline", "<dim>  2 vectors of 32");
    assertThat(remote.requests()).isEmpty();
  }

  @Test
  void saysThatNothingIsThere(@TempDir Path home) {
    assertThat(CommandLineRun.in(offline(home), "models").assertSuccess().out())
        .contains("holds no models", "chiaroscuro pull");
  }

  @Test
  void pullsARevision(@TempDir Path home) {
    remote.repository("org/branches").put("v2", "lora.safetensors", new byte[] {1});
    CommandLineRun.in(online(home), "pull", "org/branches", "--revision=v2").assertSuccess();
    assertThat(CommandLineRun.in(online(home), "models").out()).contains("org/branches  ", "v2");
  }

  @Test
  void saysWhatIsWrongInOneSentence(@TempDir Path home) {
    assertRefused(CommandLineRun.in(online(home), "pull", "org/none"), "no repository 'org/none'");
    assertRefused(CommandLineRun.in(online(home), "pull", "tiny"), "'tiny' is no name on the hub");
    assertRefused(
        CommandLineRun.in(online(home), "pull", MODEL, "--variant=fp8"), "no variant 'fp8'");
    assertRefused(generate(offline(home), MODEL, home), "HF_HUB_OFFLINE is set", MODEL);
    assertRefused(
        generate(Map.of("HF_ENDPOINT", "nonsense"), MODEL, home), "HF_ENDPOINT is 'nonsense'");
    assertRefused(
        generate(online(home), local, home, "--lora=org/none:0.5"), "no repository 'org/none'");
  }

  private static void assertRefused(CommandLineRun run, String... sentence) {
    assertThat(run.exitCode()).isOne();
    assertThat(run.err().strip()).contains(sentence).startsWith("chiaroscuro: ").hasLineCount(1);
  }
}
