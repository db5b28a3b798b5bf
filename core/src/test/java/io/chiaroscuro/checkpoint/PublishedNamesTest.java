package io.chiaroscuro.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What published checkpoints call otherwise loads like what today's libraries write. */
class PublishedNamesTest {

  @TempDir Path folder;

  private static final AutoencoderKLConfig VAE =
      AutoencoderKLConfig.read(Fixture.path("networks/vae1.json"));
  private static final CLIPTextConfig CLIP =
      CLIPTextConfig.read(Fixture.path("networks/clip1.json"));

  private void assertVaeLoads(UnaryOperator<String> rename, UnaryOperator<Tensor> reshape) {
    assertLoads(
        weights -> new AutoencoderKL(VAE, weights),
        tensors -> {
          Map<String, Tensor> renamed = new HashMap<>();
          tensors.forEach(
              (name, tensor) -> {
                boolean projection = name.matches(".*attentions.*(to_|out).*weight");
                renamed.put(rename.apply(name), projection ? reshape.apply(tensor) : tensor);
              });
          return renamed;
        });
  }

  /** Every tensor of a network must come back equal, under today's name and in its shape. */
  private void assertLoads(
      Consumer<Weights> network, UnaryOperator<Map<String, Tensor>> asPublished) {
    try (var scope = new TensorScope();
        var drawn = Weights.seeded(1, DType.FLOAT32, Device.CPU)) {
      network.accept(drawn);
      SafetensorsWriter.write(
          folder.resolve("model.safetensors"), asPublished.apply(drawn.tensors()), Map.of());
      try (var loaded = Weights.open(folder, DType.FLOAT32, Device.CPU)) {
        network.accept(loaded);
        assertThat(loaded.tensors()).containsOnlyKeys(drawn.tensors().keySet());
        drawn
            .tensors()
            .forEach(
                (name, tensor) ->
                    assertThat(loaded.tensors().get(name).equal(tensor)).as(name).isTrue());
      }
    }
  }

  private static String oldAttention(String name) {
    return name.replace("to_q", "query")
        .replace("to_k", "key")
        .replace("to_v", "value")
        .replace("to_out.0", "proj_attn");
  }

  private static Tensor asConvolution(Tensor linear) {
    return linear.view(linear.size(0), linear.size(1), 1, 1);
  }

  @Test
  void todaysAutoencoder() {
    assertVaeLoads(name -> name, tensor -> tensor);
  }

  @Test
  void autoencoderWithOldAttention() {
    assertVaeLoads(PublishedNamesTest::oldAttention, tensor -> tensor);
  }

  @Test
  void autoencoderWithOldAttentionAsConvolutions() {
    assertVaeLoads(PublishedNamesTest::oldAttention, PublishedNamesTest::asConvolution);
  }

  @Test
  void autoencoderWithNewAttentionAsConvolutions() {
    assertVaeLoads(name -> name, PublishedNamesTest::asConvolution);
  }

  @Test
  void todaysTextEncoder() {
    assertLoads(weights -> new CLIPTextModel(CLIP, weights), tensors -> tensors);
  }

  @Test
  void textEncoderNestedInTextModel() {
    assertLoads(
        weights -> new CLIPTextModel(CLIP, weights),
        tensors -> {
          Map<String, Tensor> renamed = new TreeMap<>();
          tensors.forEach((name, tensor) -> renamed.put("text_model." + name, tensor));
          return renamed;
        });
  }

  @Test
  void textEncoderWithPositionIds() {
    assertLoads(
        weights -> new CLIPTextModel(CLIP, weights),
        tensors -> {
          Map<String, Tensor> renamed = new TreeMap<>();
          tensors.forEach((name, tensor) -> renamed.put("text_model." + name, tensor));
          renamed.put("text_model.embeddings.position_ids", Tensors.of(new long[] {0, 1, 2}, 1, 3));
          return renamed;
        });
  }
}
