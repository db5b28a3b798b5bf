package io.chiaroscuro.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedModelPublicationTest {

  private static final String UNET = "unet/diffusion_pytorch_model.safetensors";

  @TempDir private Path folder;
  private Path trained;
  private EmbeddedModelPublication publication;
  private Path published;

  @BeforeEach
  void train() throws IOException {
    trained = folder.resolve("trained");
    SeededStableDiffusion.write(trained, 0);
    Files.writeString(trained.resolve("metrics.jsonl"), "{}");
    Files.createFile(folder.resolve("pom.xml"));
    publication = new EmbeddedModelPublication(folder);
    published = folder.resolve("src/main/resources/io/chiaroscuro/demo/chiaroscuro-demo");
  }

  @Test
  void weightsAreHalvedAndAllElseIsAsItWas() throws IOException {
    publication.checkpoint(trained);
    try (var scope = new TensorScope();
        var original = SafetensorsFile.open(trained.resolve(UNET));
        var half = SafetensorsFile.open(published.resolve(UNET))) {
      assertThat(half.entries().keySet())
          .containsExactlyInAnyOrderElementsOf(original.entries().keySet());
      assertThat(half.metadata()).isEqualTo(original.metadata());
      for (String name : half.entries().keySet()) {
        Tensor tensor = half.tensor(name);
        assertThat(DType.of(tensor)).isEqualTo(DType.FLOAT16);
        assertThat(Tensors.floats(tensor))
            .containsExactly(Tensors.floats(original.tensor(name).to(DType.FLOAT16.torch())));
      }
    }
    for (String file :
        new String[] {
          "model_index.json",
          "unet/config.json",
          "scheduler/scheduler_config.json",
          "tokenizer/vocab.json"
        }) {
      assertThat(published.resolve(file)).hasSameBinaryContentAs(trained.resolve(file));
    }
    assertThat(published.resolve("metrics.jsonl")).doesNotExist();
    assertThat(published.resolve("README.md"))
        .content()
        .contains("license: cc-by-sa-4.0", "OpenMoji", "| unet | ");
    assertThat(publication.bytes()).isLessThan(bytes(trained) * 6 / 10);
  }

  private static long bytes(Path folder) throws IOException {
    return EmbeddedIndex.of(folder).bytes();
  }

  @Test
  void aBetterModelReplacesTheLastButNotItsCard() throws IOException {
    publication.checkpoint(trained);
    Files.writeString(published.resolve("README.md"), "by hand");
    Files.writeString(published.resolve("tokenizer/old.json"), "{}");
    publication.checkpoint(trained);
    assertThat(published.resolve("README.md")).hasContent("by hand");
    assertThat(published.resolve("tokenizer/old.json")).doesNotExist();
    assertThat(published.getParent().resolve("index.txt"))
        .content()
        .contains(" 7 chiaroscuro-demo/README.md\n")
        .doesNotContain("old.json");
    Files.writeString(published.resolve("README.md"), "by hand again");
    publication.index();
    assertThat(published.getParent().resolve("index.txt"))
        .content()
        .contains(" 13 chiaroscuro-demo/README.md\n");
  }

  @Test
  void numbersTooLargeAreRefused() throws IOException {
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(trained.resolve(UNET))) {
      Map<String, Tensor> tensors = new HashMap<>();
      file.entries().keySet().forEach(name -> tensors.put(name, file.tensor(name).clone()));
      tensors.put("conv_in.bias", Tensors.of(new float[] {1e6f}, 1));
      SafetensorsWriter.write(trained.resolve(UNET), tensors, Map.of());
    }
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> publication.checkpoint(trained))
        .withMessageContaining("'conv_in.bias'")
        .withMessageContaining("half precision");
  }

  @Test
  void onlyTheModulesFolderWillDo() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> new EmbeddedModelPublication(trained))
        .withMessageContaining("demo-model");
  }
}
