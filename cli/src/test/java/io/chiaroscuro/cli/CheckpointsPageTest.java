package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.clip.ByteVocabulary;
import io.chiaroscuro.fixtures.OriginalLayout;
import io.chiaroscuro.fixtures.SeededCheckpoint;
import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.pipeline.SeededStableDiffusionXl;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs all commands and the Java of {@code docs/checkpoints.md} as they stand there, in their
 * order, on small models of the names that the page uses: what lies in the folder, or on the hub.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "checkpoints.md");

  /** Added to commands: small models do not draw better in more steps, nor on more pixels. */
  private static final Map<String, List<String>> SMALL =
      Map.of(
          "generate", List.of("--steps=4", "--width=64", "--height=64"),
          "stats", List.of("--resolution=64"));

  private static final String ATTENTION =
      "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v.lora_";

  private Path folder;
  private StandInHub remote;

  @BeforeAll
  void prepare(@TempDir Path folder) throws IOException {
    this.folder = folder;
    remote = StandInHub.start();
    Path model = folder.resolve("stable-diffusion-v1-4");
    SeededStableDiffusion.write(model, 0);
    SeededStableDiffusionXl.write(folder.resolve("stable-diffusion-xl-base-1.0"), 0);
    SeededCheckpoint.write("xl-refiner", folder.resolve("stable-diffusion-xl-refiner-1.0"));
    PngFile.write(
        folder.resolve("lighthouse.png"), RgbImage.solid(80, 70, 250, 240, 200), Map.of());
    for (String name : List.of("photos/a", "photos/b", "photographs/a", "photographs/b")) {
      PngFile.write(
          folder.resolve(name + ".png"),
          RgbImage.solid(80, 70, 20, name.endsWith("a") ? 40 : 200, 60),
          Map.of());
    }
    try (var scope = new TensorScope();
        var random = new SeededGenerator(4)) {
      Map<String, Tensor> lora =
          Map.of(
              ATTENTION + "A.weight", random.randn(4, 32),
              ATTENTION + "B.weight", random.randn(64, 4));
      Tensor vectors = random.randn(2, 32);
      publish(model, lora, vectors);
      writeAdapters(lora, vectors);
      writeSingleFiles(model);
      writePickles(model, lora, vectors);
    }
  }

  /** What the page finds on the hub. */
  private void publish(Path model, Map<String, Tensor> lora, Tensor vectors) throws IOException {
    Path loras = folder.resolve("for-the-hub/loras");
    Path word = folder.resolve("for-the-hub/word");
    Path half = folder.resolve("for-the-hub/half");
    Path checkpoints = folder.resolve("for-the-hub/checkpoints");
    Path clip = folder.resolve("for-the-hub/clip");
    remote.publish("org/name", model);
    remote.publish("org/name", "v2", model);
    SeededStableDiffusion.write(half, 0);
    for (String weights : List.of("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model")) {
      Files.copy(
          half.resolve(weights + ".safetensors"), half.resolve(weights + ".fp16.safetensors"));
    }
    remote.publish("stabilityai/stable-diffusion-2-1", half);
    write(loras.resolve("styles/watercolor.safetensors"), lora);
    write(loras.resolve("styles/oil.safetensors"), lora);
    remote.publish("org/loras", loras);
    write(word.resolve("learned_embeds.safetensors"), Map.of("<cat-toy>", vectors));
    remote.publish("sd-concepts-library/cat-toy", word);
    Files.createDirectories(checkpoints);
    TorchSave.checkpoint(
        checkpoints.resolve("v2-1_768-ema-pruned.ckpt"), OriginalLayout.of(model, true), 140000);
    remote.publish("org/checkpoints", checkpoints);
    ByteVocabulary.write(clip, "<|endoftext|>");
    remote.publish("openai/clip-vit-large-patch14", clip);
  }

  private void writeAdapters(Map<String, Tensor> lora, Tensor vectors) {
    write(folder.resolve("watercolor.safetensors"), lora);
    write(folder.resolve("offset-lora/pytorch_lora_weights.safetensors"), lora);
    write(folder.resolve("learned_embeds.safetensors"), Map.of("<line-art>", vectors));
    write(
        folder.resolve("line-art-word/learned_embeds.safetensors"), Map.of("<line-art>", vectors));
    write(folder.resolve("bad-hands.safetensors"), Map.of("emb_params", vectors));
  }

  private void writeSingleFiles(Path model) {
    write(folder.resolve("v1-5-pruned-emaonly.safetensors"), OriginalLayout.of(model, false));
    write(folder.resolve("512-base-ema.safetensors"), OriginalLayout.of(model, true));
  }

  private void writePickles(Path model, Map<String, Tensor> lora, Tensor vectors)
      throws IOException {
    TorchSave.checkpoint(folder.resolve("v1-4.ckpt"), OriginalLayout.of(model, false), 470000);
    TorchSave watercolor = new TorchSave().bytes('}', '(');
    lora.forEach((name, tensor) -> watercolor.text(name).tensor(tensor));
    watercolor.bytes('u').write(folder.resolve("watercolor.pt"));
    new TorchSave()
        .bytes('}')
        .text("<line-art>")
        .tensor(vectors)
        .bytes('s')
        .write(folder.resolve("learned_embeds.bin"));
    new TorchSave()
        .bytes('}', '(')
        .text("string_to_param")
        .bytes('}')
        .text("*")
        .tensor(vectors)
        .bytes('s')
        .text("name")
        .text("bad-hands")
        .bytes('u')
        .write(folder.resolve("bad-hands.pt"));
    new TorchSave()
        .global("os", "system")
        .text("echo owned")
        .bytes(0x85, 'R')
        .write(folder.resolve("model.ckpt"));
  }

  private static void write(Path file, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(file, tensors, Map.of());
  }

  @AfterAll
  void close() {
    remote.close();
  }

  @TestFactory
  Stream<DynamicContainer> commands() throws IOException {
    Map<String, List<PageCommand>> sections = PageCommand.bySection(PAGE);
    assertThat(sections).containsKeys("A name on the hub", "Old formats");
    return sections.entrySet().stream()
        .skip(1) // What stands above the first section.
        .map(section -> DynamicContainer.dynamicContainer(section.getKey(), tests(section)));
  }

  private Stream<DynamicTest> tests(Map.Entry<String, List<PageCommand>> section) {
    assertThat(section.getValue()).as(section.getKey()).isNotEmpty();
    return section.getValue().stream()
        .map(command -> DynamicTest.dynamicTest(command.line(), () -> run(command)));
  }

  private void run(PageCommand command) {
    Map<String, String> environment = new HashMap<>(remote.environment(folder.resolve("hf")));
    environment.putAll(command.environment());
    List<String> words = new ArrayList<>(command.words());
    for (int i = 1; i < words.size(); i++) {
      String name = words.get(i).replaceFirst(":.*", "");
      if (words.get(i - 1).equals("--output-dir") || Files.exists(folder.resolve(name))) {
        words.set(i, folder.resolve(words.get(i)).toString());
      }
    }
    words.addAll(SMALL.getOrDefault(words.get(0), List.of()));
    CommandLineRun run = CommandLineRun.in(environment, words.toArray());
    if (command.output().isEmpty()) {
      run.assertSuccess();
    } else {
      assertThat((run.out() + run.err()).replace(folder + "/", "").strip())
          .isEqualTo(command.output());
    }
  }

  @Test
  void java() throws IOException, ReflectiveOperationException {
    List<JavaSnippet> snippets = JavaSnippet.of(PAGE);
    assertThat(snippets).isNotEmpty();
    try (var model =
        StableDiffusion.load(folder.resolve("stable-diffusion-v1-4"), Device.CPU, DType.FLOAT32)) {
      for (JavaSnippet snippet : snippets) {
        snippet.run(model, folder);
      }
    }
  }
}
