package io.chiaroscuro.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Against {@code tools/fixtures/adapter_formats.py}: all the ways in which LoRAs are written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoraFormatsTest {

  private TinyNetworks networks;

  @BeforeAll
  void build() {
    networks = TinyNetworks.family1();
  }

  @AfterAll
  void close() {
    networks.close();
  }

  private static Path fixture(String name) {
    return Fixture.path("adapters/formats/" + name);
  }

  private static <T> T json(String name, TypeReference<T> type) throws IOException {
    return new JsonMapper().readValue(fixture(name).toFile(), type);
  }

  @TestFactory
  List<DynamicTest> everySpellingMeansTheSame(@TempDir Path folder) throws IOException {
    Map<String, Map<String, String>> ways = json("spellings.json", new TypeReference<>() {});
    return ways.entrySet().stream()
        .map(
            way ->
                DynamicTest.dynamicTest(
                    way.getKey(), () -> assertMeansTheSame(folder, way.getValue())))
        .toList();
  }

  /** The kohya fixture has factors for all the layers that are spelt; here they get other names. */
  private void assertMeansTheSame(Path folder, Map<String, String> names) {
    Path path = folder.resolve("spelt.safetensors");
    try (var scope = new TensorScope();
        var known =
            LoraFile.read(Fixture.path("adapters/files/kohya.safetensors"), networks.weights())) {
      Map<String, Tensor> factors = known.tensors();
      Map<String, Tensor> spelt = new LinkedHashMap<>();
      names.forEach((name, canonical) -> spelt.put(name, factors.get(canonical)));
      SafetensorsWriter.write(path, spelt, Map.of());
      try (var read = LoraFile.read(path, networks.weights())) {
        assertThat(read.tensors()).containsOnlyKeys(names.values());
        read.tensors()
            .forEach(
                (name, factor) ->
                    assertThat(Tensors.floats(factor))
                        .as(name)
                        .isEqualTo(Tensors.floats(factors.get(name))));
        assertThat(read.adapters().get(Component.UNET).values())
            .allSatisfy(adapter -> assertThat(adapter.scale()).isEqualTo(1));
      }
    }
  }

  @Test
  void knowsTheOriginalCodesNamesOfEveryLayerOfXl() throws IOException {
    Map<String, String> expected = json("original-names.json", new TypeReference<>() {});
    OriginalUnetNames names = new OriginalUnetNames(expected.values());
    Map<String, String> found =
        expected.values().stream()
            .collect(
                Collectors.toMap(
                    layer -> "lora_unet_" + names.of(layer).replace('.', '_'), layer -> layer));
    assertThat(found).isEqualTo(expected).hasSizeGreaterThan(150);
  }

  @Test
  void composesTuckersThreeFactors() {
    assertAdapts(fixture("tucker.safetensors"), "tucker");
  }

  @Test
  void readsWhatPeftSaves() {
    assertAdapts(fixture("peft"), "peft");
  }

  private void assertAdapts(Path path, String expected) {
    try (var scope = new TensorScope();
        var lora = LoraFile.read(path, networks.weights())) {
      lora.attach(1);
      AdaptedOutputs.of(networks).assertEqual(expected, "");
    }
  }

  @TestFactory
  List<DynamicTest> readsCloneofsimosLayersAndWords() {
    return List.of("cloneofsimo", "cloneofsimo-later").stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> assertReadsCloneofsimos(name)))
        .toList();
  }

  private void assertReadsCloneofsimos(String name) {
    Path path = fixture(name + ".safetensors");
    List<AutoCloseable> opened = new ArrayList<>();
    try (var scope = new TensorScope();
        var lora = LoraFile.read(path, networks.weights())) {
      CLIPTokenizer tokenizer = CLIPTokenizer.load(Fixture.path("tokenizer/byte-vocabulary"));
      List<LearnedEmbedding> words = EmbeddingFile.readBesideLora(path);
      assertThat(words)
          .extracting(LearnedEmbedding::token)
          .containsExactlyInAnyOrder("<s1>", "<s2>");
      opened.add(tokenizer);
      for (LearnedEmbedding word : words) {
        tokenizer = word.teach(tokenizer, networks.textEncoder());
        opened.add(tokenizer);
      }
      lora.attach(1);
      AdaptedOutputs.of(networks, tokenizer, "a <s1> horse in the style of <s2>")
          .assertEqual(name, "");
      words.forEach(LearnedEmbedding::close);
    } finally {
      opened.forEach(LoraFormatsTest::close);
    }
  }

  private static void close(AutoCloseable tokenizer) {
    try {
      tokenizer.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A published file, on networks of the true shapes that take no memory. */
  @Test
  void readsAPublishedLoraOfCloneofsimos() {
    Path path = SharedData.path("loras/lora_disney.safetensors");
    Path checkpoint = SharedData.path("checkpoints/stable-diffusion-v1-4");
    try (var scope = new TensorScope();
        var unet =
            new UNet2DConditionModel(
                UNet2DConditionConfig.read(checkpoint.resolve("unet/config.json")),
                HollowWeights.create());
        var textEncoder =
            new CLIPTextModel(
                CLIPTextConfig.read(checkpoint.resolve("text_encoder/config.json")),
                HollowWeights.create());
        var lora = LoraFile.read(path, new TinyNetworks(unet, textEncoder).weights());
        var file = SafetensorsFile.open(path)) {
      var ofUnet = lora.adapters().get(Component.UNET);
      var ofText = lora.adapters().get(Component.TEXT_ENCODER);
      assertThat(ofUnet).hasSize(144);
      assertThat(ofText).hasSize(48);
      Map<Integer, String> places =
          Map.of(
              0, "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q",
              4, "down_blocks.0.attentions.0.transformer_blocks.0.ff.net.0.proj",
              7, "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_v",
              54, "up_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q",
              135, "mid_block.attentions.0.transformer_blocks.0.attn1.to_q",
              143, "mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0");
      places.forEach(
          (number, layer) -> {
            assertThat(Tensors.floats(ofUnet.get(layer).up()))
                .isEqualTo(Tensors.floats(file.tensor("unet:" + number + ":up")));
            assertThat(Tensors.floats(ofUnet.get(layer).down()))
                .isEqualTo(Tensors.floats(file.tensor("unet:" + number + ":down")));
          });
      assertThat(Tensors.floats(ofText.get("encoder.layers.11.self_attn.q_proj").up()))
          .isEqualTo(Tensors.floats(file.tensor("text_encoder:46:up")));
      List<LearnedEmbedding> words = EmbeddingFile.readBesideLora(path);
      assertThat(words)
          .allSatisfy(word -> assertThat(Tensors.shape(word.vectors())).containsExactly(1, 768));
      assertThat(words)
          .extracting(LearnedEmbedding::token)
          .containsExactlyInAnyOrder("<s1>", "<s2>");
      words.forEach(LearnedEmbedding::close);
    }
  }
}
