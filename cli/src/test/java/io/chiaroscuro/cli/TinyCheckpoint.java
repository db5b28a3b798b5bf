package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A checkpoint of a few thousand seeded weights: its pictures mean nothing. */
final class TinyCheckpoint {

  private TinyCheckpoint() {}

  static Path write(Path folder) throws IOException {
    Path configs = Files.createDirectories(folder.resolve("scheduler"));
    Files.writeString(
        configs.resolve("scheduler_config.json"),
        """
        {"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012,
         "beta_schedule": "scaled_linear", "steps_offset": 1, "skip_prk_steps": true}
        """);
    Path unetFile = Files.createTempFile("unet", ".json");
    Path vaeFile = Files.createTempFile("vae", ".json");
    Files.writeString(
        unetFile,
        """
        {"sample_size": 8, "block_out_channels": [32, 64], "layers_per_block": 1,
         "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
         "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
         "cross_attention_dim": 32, "attention_head_dim": 2}
        """);
    Files.writeString(
        vaeFile,
        """
        {"sample_size": 64, "block_out_channels": [32, 32, 32, 32], "layers_per_block": 1,
         "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D",
           "DownEncoderBlock2D"],
         "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D",
           "UpDecoderBlock2D"]}
        """);
    var unetConfig = UNet2DConditionConfig.read(unetFile);
    var vaeConfig = AutoencoderKLConfig.read(vaeFile);
    var clipConfig = new CLIPTextConfig(300, 32, 64, 2, 2, 77, Activation.QUICK_GELU, 1e-5);
    var writer = new CheckpointWriter(folder);
    try (var unet = Weights.seeded(1, DType.FLOAT32, Device.CPU);
        var vae = Weights.seeded(1, DType.FLOAT32, Device.CPU);
        var clip = Weights.seeded(1, DType.FLOAT32, Device.CPU)) {
      new UNet2DConditionModel(unetConfig, unet);
      new AutoencoderKL(vaeConfig, vae);
      new CLIPTextModel(clipConfig, clip);
      writer.write(Component.UNET, unetConfig, unet.tensors());
      writer.write(Component.VAE, vaeConfig, vae.tensors());
      writer.write(Component.TEXT_ENCODER, clipConfig, clip.tensors());
      writer.writeModelIndex("PNDMScheduler");
    } finally {
      Files.delete(unetFile);
      Files.delete(vaeFile);
    }
    return folder;
  }
}
