package io.chiaroscuro.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointTest {

  @TempDir Path folder;

  private static final UNet2DConditionConfig UNET =
      UNet2DConditionConfig.read(Fixture.path("networks/unet2.json"));
  private static final AutoencoderKLConfig VAE =
      AutoencoderKLConfig.read(Fixture.path("networks/vae1.json"));
  private static final CLIPTextConfig CLIP =
      CLIPTextConfig.read(Fixture.path("networks/clip2.json"));

  private static void assertRefused(ThrowingCallable code, String... parts) {
    assertThatThrownBy(code)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private static void writeSeeded(Path folder) {
    var writer = new CheckpointWriter(folder);
    try (var unet = Weights.seeded(1, DType.FLOAT32, Device.CPU);
        var vae = Weights.seeded(1, DType.FLOAT32, Device.CPU);
        var clip = Weights.seeded(1, DType.FLOAT32, Device.CPU)) {
      new UNet2DConditionModel(UNET, unet);
      new AutoencoderKL(VAE, vae);
      new CLIPTextModel(CLIP, clip);
      writer.write(Component.UNET, UNET, unet.tensors());
      writer.write(Component.VAE, VAE, vae.tensors());
      writer.write(Component.TEXT_ENCODER, CLIP, clip.tensors());
      writer.writeModelIndex("DDIMScheduler");
    }
  }

  @Test
  void readsPublishedConfigurationsOfStableDiffusion1() {
    var checkpoint = Checkpoint.open(SharedData.path("checkpoints/stable-diffusion-v1-4"));
    assertThat(checkpoint.modelIndex().components()).containsEntry("scheduler", "PNDMScheduler");
    var unet = UNet2DConditionConfig.read(checkpoint.config(Component.UNET));
    assertThat(unet.blockOutChannels()).containsExactly(320, 640, 1280, 1280);
    assertThat(List.of(unet.heads(0), unet.heads(3))).containsExactly(8, 8);
    assertThat(unet.crossAttentionDim().at(2)).isEqualTo(768);
    assertThat(unet.useLinearProjection()).isFalse();
    var vae = AutoencoderKLConfig.read(checkpoint.config(Component.VAE));
    assertThat(vae.downscale()).isEqualTo(8);
    assertThat(vae.scalingFactor()).isEqualTo(0.18215);
    var clip = CLIPTextConfig.read(checkpoint.config(Component.TEXT_ENCODER));
    assertThat(clip.hiddenAct()).isEqualTo(Activation.QUICK_GELU);
    assertThat(clip.hiddenSize()).isEqualTo(768);
  }

  @Test
  void readsPublishedConfigurationsOfStableDiffusion2() {
    var checkpoint = Checkpoint.open(SharedData.path("checkpoints/stable-diffusion-2-1"));
    assertThat(checkpoint.modelIndex().components()).doesNotContainKey("safety_checker");
    var unet = UNet2DConditionConfig.read(checkpoint.config(Component.UNET));
    assertThat(List.of(unet.heads(0), unet.heads(3))).containsExactly(5, 20);
    assertThat(unet.sampleSize()).isEqualTo(96);
    assertThat(unet.useLinearProjection()).isTrue();
    assertThat(unet.upcastAttention()).isTrue();
    var vae = AutoencoderKLConfig.read(checkpoint.config(Component.VAE));
    assertThat(vae.scalingFactor()).isEqualTo(0.18215);
    var clip = CLIPTextConfig.read(checkpoint.config(Component.TEXT_ENCODER));
    assertThat(clip.hiddenAct()).isEqualTo(Activation.GELU);
    assertThat(clip.numHiddenLayers()).isEqualTo(23);
  }

  @Test
  void readsPublishedConfigurationsOfStableDiffusionXl() {
    var checkpoint = Checkpoint.open(SharedData.path("checkpoints/stable-diffusion-xl-base-1.0"));
    assertThat(checkpoint.modelIndex().family()).isEqualTo(Family.STABLE_DIFFUSION_XL);
    assertThat(checkpoint.modelIndex().forceZerosForEmptyPrompt()).isTrue();
    assertThat(checkpoint.modelIndex().requiresAestheticsScore()).isFalse();
    assertThat(checkpoint.modelIndex().networks()).containsExactly(Component.values());
    var unet = UNet2DConditionConfig.read(checkpoint.config(Component.UNET));
    assertThat(List.of(unet.heads(0), unet.heads(2))).containsExactly(5, 20);
    assertThat(unet.transformerLayersPerBlock().at(2)).isEqualTo(10);
    assertThat(unet.additionEmbedType()).isEqualTo("text_time");
    assertThat(unet.additionTimeEmbedDim()).isEqualTo(256);
    var vae = AutoencoderKLConfig.read(checkpoint.config(Component.VAE));
    assertThat(vae.scalingFactor()).isEqualTo(0.13025);
    assertThat(vae.forceUpcast()).isTrue();
    var clip = CLIPTextConfig.read(checkpoint.config(Component.TEXT_ENCODER));
    var clip2 = CLIPTextConfig.read(checkpoint.config(Component.TEXT_ENCODER_2));
    assertThat(clip2.hiddenAct()).isEqualTo(Activation.GELU);
    assertThat(clip2.eosTokenId()).isEqualTo(2);
    assertThat(clip.hiddenSize() + clip2.hiddenSize()).isEqualTo(unet.crossAttentionDim().at(0));
    assertThat(clip2.projectionDim() + 6 * unet.additionTimeEmbedDim())
        .isEqualTo(unet.projectionClassEmbeddingsInputDim());
  }

  @Test
  void loadsWhatItWrote() {
    writeSeeded(folder);
    var checkpoint = Checkpoint.open(folder);
    try (var unet = UNet2DConditionModel.load(checkpoint, DType.FLOAT32, Device.CPU);
        var vae = AutoencoderKL.load(checkpoint, DType.BFLOAT16, Device.CPU);
        var clip = CLIPTextModel.load(checkpoint, DType.FLOAT32, Device.CPU);
        var drawn = Weights.seeded(1, DType.FLOAT32, Device.CPU)) {
      assertThat(unet.config()).isEqualTo(UNET);
      assertThat(vae.config()).isEqualTo(VAE);
      assertThat(clip.config()).isEqualTo(CLIP);
      assertThat(DType.of(vae.weights().tensors().get("quant_conv.weight")))
          .isEqualTo(DType.BFLOAT16);
      unet.weights()
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(drawn.get(name, io.chiaroscuro.tensor.Tensors.shape(tensor)))
                      .matches(tensor::equal, name));
    }
  }

  @Test
  void hashDependsOnWeightsAndSettingsAlone() throws IOException {
    Path a = folder.resolve("a");
    Path b = folder.resolve("b");
    writeSeeded(a);
    writeSeeded(b);
    String hash = Checkpoint.open(a).hash();
    assertThat(hash).matches("[0-9a-f]{16}").isEqualTo(Checkpoint.open(b).hash());
    try (var file =
        new RandomAccessFile(b.resolve("vae/diffusion_pytorch_model.safetensors").toFile(), "rw")) {
      file.seek(file.length() - 1);
      int last = file.read();
      for (long position = file.length() / 2; position < file.length(); position++) {
        file.seek(position);
        file.write(last);
      }
    }
    assertThat(Checkpoint.open(b).hash()).isNotEqualTo(hash);
  }

  @Test
  void namesWhatIsMissing() throws IOException {
    assertRefused(() -> Checkpoint.open(folder.resolve("none")), "none", "not a folder");
    assertRefused(() -> Checkpoint.open(folder), "model_index.json");
    Path file = Files.createFile(folder.resolve("model.ckpt"));
    assertRefused(() -> Checkpoint.open(file), "model.ckpt", "one file", "chiaroscuro convert");
    new CheckpointWriter(folder).writeModelIndex("DDIMScheduler");
    var checkpoint = Checkpoint.open(folder);
    assertRefused(() -> checkpoint.config(Component.VAE), "vae", "missing");
    assertRefused(() -> checkpoint.path("tokenizer/vocab.json"), "vocab.json", "missing");
    Files.createDirectory(folder.resolve("vae"));
    assertRefused(() -> checkpoint.config(Component.VAE), "config.json");
    assertRefused(
        () -> checkpoint.weights(Component.VAE, DType.FLOAT32, Device.CPU), "holds no weights");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"_class_name\": \"StableDiffusionPipeline\"            | not valid JSON",
        "[1, 2]                                                    | not a JSON object",
        "{\"_class_name\": \"FluxPipeline\"}                       | 'FluxPipeline'",
        "{}                                                        | '_class_name'",
        "{\"_class_name\": \"StableDiffusionPipeline\"}            | 'unet' is missing",
      })
  void refusesUnusableModelIndices(String json, String part) throws IOException {
    Files.writeString(folder.resolve("model_index.json"), json);
    assertRefused(() -> Checkpoint.open(folder), "model_index.json", part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"in_channels\": \"4\"}                   | 'in_channels'",
        "{\"in_channels\": 4.5}                     | 'in_channels'",
        "{\"in_channels\": 0}                       | 'in_channels'",
        "{\"block_out_channels\": [320, \"a\"]}     | 'block_out_channels'",
        "{\"block_out_channels\": [320, 640]}       | 'down_block_types'",
        "{\"block_out_channels\": []}               | 'down_block_types'",
        "{\"block_out_channels\": null}             | 'block_out_channels'",
        "{\"norm_num_groups\": 7}                   | 'norm_num_groups'",
        "{\"attention_head_dim\": [5, 10]}          | 'attention_head_dim'",
        "{\"attention_head_dim\": 0}                | 'attention_head_dim': [0]",
        "{\"attention_head_dim\": true}             | 'attention_head_dim': true",
        "{\"attention_head_dim\": 7}                | 7 attention heads",
        "{\"class_embed_type\": \"timestep\"}       | 'class_embed_type'",
        "{\"only_cross_attention\": true}           | 'only_cross_attention'",
        "{\"act_fn\": \"tanh\"}                     | 'act_fn': activation 'tanh'",
        "{\"center_input_sample\": \"yes\"}         | 'center_input_sample'",
        "{\"mid_block_type\": \"UNetMidBlock2D\"}   | 'mid_block_type'",
        "{\"down_block_types\": [\"A\", \"B\"]}     | 'A'",
        "{\"downsample_padding\": 2}                | 'downsample_padding'",
        "{\"sample_size\": 99999999999}             | 'sample_size'",
        "{\"addition_embed_type\": \"image\"}        | 'addition_embed_type'",
        "{\"addition_embed_type\": \"text_time\"}    | 'addition_time_embed_dim'",
        "{\"in_channels\": 4                        | not valid JSON",
        "4                                          | not a JSON object",
      })
  void refusesUnusableConfigurations(String json, String part) throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, json);
    assertRefused(() -> UNet2DConditionConfig.read(file), "config.json", part);
  }

  @Test
  void takesDefaultsForWhatIsNullOrAbsent() throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(
        file, "{\"upcast_attention\": null, \"num_class_embeds\": null, \"novelty\": [1]}");
    assertThat(UNet2DConditionConfig.read(file)).isEqualTo(UNet2DConditionConfig.DEFAULTS);
    Files.writeString(file, "{\"num_attention_heads\": [5, 10, 20, 20], \"act_fn\": \"swish\"}");
    assertThat(UNet2DConditionConfig.read(file).heads(1)).isEqualTo(10);
    assertThat(UNet2DConditionConfig.read(file).actFn()).isEqualTo(Activation.SILU);
  }
}
