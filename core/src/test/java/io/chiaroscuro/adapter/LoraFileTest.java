package io.chiaroscuro.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Against the files that diffusers loads in {@code tools/fixtures/adapters.py}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoraFileTest {

  private static final String Q = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
  private static final String KOHYA_Q = "lora_unet_" + Q.replace('.', '_');

  private TinyNetworks networks;
  @TempDir Path folder;

  @BeforeAll
  void build() {
    networks = TinyNetworks.family1();
  }

  @AfterAll
  void close() {
    networks.close();
  }

  private static Path fixture(String name) {
    return Fixture.path("adapters/files/" + name + ".safetensors");
  }

  private Lora read(Path path) {
    return LoraFile.read(path, networks.weights());
  }

  private static void assertEqual(Path actual, Path expected) throws Exception {
    try (var ours = SafetensorsFile.open(actual);
        var theirs = SafetensorsFile.open(expected);
        var scope = new TensorScope()) {
      assertThat(ours.entries()).containsOnlyKeys(theirs.entries().keySet());
      for (String name : theirs.entries().keySet()) {
        assertThat(Tensors.shape(ours.tensor(name)))
            .as(name)
            .isEqualTo(Tensors.shape(theirs.tensor(name)));
        assertThat(Tensors.floats(ours.tensor(name)))
            .as(name)
            .isEqualTo(Tensors.floats(theirs.tensor(name)));
      }
      assertThat(ours.metadata()).containsOnlyKeys(theirs.metadata().keySet());
      JsonMapper json = new JsonMapper();
      assertThat(json.readTree(ours.metadata().getOrDefault("lora_adapter_metadata", "{}")))
          .isEqualTo(json.readTree(theirs.metadata().getOrDefault("lora_adapter_metadata", "{}")));
    }
  }

  @Test
  void writesWhatDiffusersLoads() throws Exception {
    try (var lora = networks.seeded(TinyNetworks.ATTENTION, 1)) {
      LoraFile.write(folder.resolve(LoraFile.NAME), lora, LoraFormat.DIFFUSERS);
      assertEqual(folder.resolve(LoraFile.NAME), fixture("diffusers"));
    }
  }

  @Test
  void writesWhatKohyasScriptsRead() throws Exception {
    try (var lora = networks.seeded(TinyNetworks.ALL, 1)) {
      LoraFile.write(folder.resolve("kohya.safetensors"), lora, LoraFormat.KOHYA);
      assertEqual(folder.resolve("kohya.safetensors"), fixture("kohya"));
    }
  }

  @Test
  void readsAFolderAndWritesItAsTheOtherFormat() throws Exception {
    try (var lora = read(fixture("kohya"))) {
      LoraFile.write(folder.resolve(LoraFile.NAME), lora, LoraFormat.DIFFUSERS);
    }
    try (var scope = new TensorScope();
        var kohya = read(fixture("kohya"));
        var diffusers = read(folder)) {
      assertThat(diffusers.tensors()).containsOnlyKeys(kohya.tensors().keySet());
      var expected = kohya.adapters().get(Component.UNET).get(Q);
      var found = diffusers.adapters().get(Component.UNET).get(Q);
      assertThat(expected.scale()).isEqualTo(0.5);
      assertThat(found.scale()).isEqualTo(1);
      assertThat(Tensors.floats(found.up()))
          .isEqualTo(Tensors.floats(expected.up().mul(new Scalar(0.5))));
    }
  }

  @Test
  void convertsToTheNetworksType() {
    try (var scope = new TensorScope();
        var lora =
            read(broken(tensors -> tensors.replaceAll((n, t) -> t.to(DType.FLOAT16.torch()))))) {
      lora.tensors().forEach((name, t) -> assertThat(DType.of(t)).isEqualTo(DType.FLOAT32));
    }
  }

  @Test
  void acceptsUnitKernelsInEitherForm() {
    String name = "lora_unet_mid_block_attentions_0_proj_in.lora_up.weight";
    try (var scope = new TensorScope();
        var flat = read(broken(tensors -> tensors.compute(name, (n, t) -> t.flatten(1, 3))));
        var square = read(fixture("kohya"))) {
      String layer = "mid_block.attentions.0.proj_in";
      Tensor expected = square.adapters().get(Component.UNET).get(layer).up();
      Tensor found = flat.adapters().get(Component.UNET).get(layer).up();
      assertThat(Tensors.shape(found)).isEqualTo(Tensors.shape(expected));
      assertThat(Tensors.floats(found)).isEqualTo(Tensors.floats(expected));
    }
  }

  /** kohya's file after a change. */
  private Path broken(Consumer<Map<String, Tensor>> change) {
    Path path = folder.resolve("broken.safetensors");
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(fixture("kohya"))) {
      Map<String, Tensor> tensors = new HashMap<>();
      file.entries().keySet().forEach(name -> tensors.put(name, file.tensor(name)));
      change.accept(tensors);
      SafetensorsWriter.write(path, tensors, Map.of());
    }
    return path;
  }

  private void assertRefused(Path path, String... parts) {
    assertThatThrownBy(() -> read(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  @Test
  void saysWhatDoesNotFit() {
    String down = KOHYA_Q + ".lora_down.weight";
    Tensor wide = Tensors.zeros(DType.FLOAT32, 2, 768);
    assertRefused(
        broken(tensors -> tensors.put(down, wide)), down, "[2, 768]", "[2, 64]", "another family");
    assertRefused(
        broken(tensors -> tensors.put(KOHYA_Q + ".lora_up.weight", wide)), "lora_up", "[64, 2]");
    assertRefused(
        broken(tensors -> tensors.put(down, Tensors.zeros(DType.FLOAT32, 0, 64))), "[0, 64]");
    assertRefused(broken(tensors -> tensors.put(down, Tensors.zeros(DType.FLOAT32))), down, "[]");
    assertRefused(broken(tensors -> tensors.remove(down)), KOHYA_Q, "only a part");
    assertRefused(
        broken(tensors -> tensors.put("lora_unet_other.lora_down.weight", wide)),
        "1 layer(s)",
        "lora_unet_other");
    assertRefused(
        broken(tensors -> tensors.put(KOHYA_Q + ".dora_scale", wide)), "dora_scale", "convert");
    assertRefused(
        broken(tensors -> tensors.put("unet." + Q + ".lora_A.weight", wide)), "only a part");
    assertRefused(broken(tensors -> tensors.put(KOHYA_Q + ".alpha", wide)), "alpha", "[2, 768]");
    assertRefused(
        broken(tensors -> tensors.put(down, tensors.get(down).div(new Scalar(0.0)))), down, "NaN");
    assertRefused(
        broken(tensors -> tensors.put(KOHYA_Q + ".alpha", Tensors.of(new float[] {Float.NaN}))),
        "alpha",
        "NaN");
    assertRefused(broken(Map::clear), "is empty");
    assertRefused(folder.resolve("absent"), "absent");
    assertRefused(folder, LoraFile.NAME);
  }

  @Test
  void refusesOneLayerUnderTwoNames() {
    assertRefused(
        broken(
            tensors -> {
              tensors.put(
                  "unet." + Q + ".lora_A.weight", tensors.get(KOHYA_Q + ".lora_down.weight"));
              tensors.put("unet." + Q + ".lora_B.weight", tensors.get(KOHYA_Q + ".lora_up.weight"));
            }),
        "twice",
        "unet." + Q);
  }

  @Test
  void refusesSettingsThatCannotBeMeant() {
    assertRefused(withSettings("{\\"), "no JSON");
    assertRefused(withSettings("{\"unet.use_dora\": true}"), "DoRA");
    assertRefused(withSettings("{\"unet.lora_alpha\": \"much\"}"), "alpha", "much");
  }

  @Test
  void knowsTheScalesThatPeftKnows() {
    assertThat(scaleWith("{}")).isEqualTo(1);
    assertThat(scaleWith("{\"unet.lora_alpha\": 3}")).isEqualTo(1.5);
    assertThat(scaleWith("{\"unet.lora_alpha\": 3, \"unet.use_rslora\": true}"))
        .isEqualTo(3 / Math.sqrt(2));
    assertThat(scaleWith("{\"unet.lora_alpha\": 3, \"unet.alpha_pattern\": {\"attn1.to_q\": 8}}"))
        .isEqualTo(4);
    assertThat(scaleWith("{\"unet.lora_alpha\": 3, \"unet.alpha_pattern\": {\"n1.to_q\": 8}}"))
        .isEqualTo(1.5);
    assertThat(scaleWith("{\"text_encoder.lora_alpha\": 3}")).isEqualTo(1);
  }

  private double scaleWith(String settings) {
    try (var lora = read(withSettings(settings))) {
      return lora.adapters().get(Component.UNET).get(Q).scale();
    }
  }

  private Path withSettings(String settings) {
    Path path = folder.resolve("settings.safetensors");
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(
          path,
          Map.of(
              "unet." + Q + ".lora_A.weight", Tensors.zeros(DType.FLOAT32, 2, 64),
              "unet." + Q + ".lora_B.weight", Tensors.zeros(DType.FLOAT32, 64, 2)),
          Map.of("lora_adapter_metadata", settings));
    }
    return path;
  }
}
