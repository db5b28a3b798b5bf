package io.chiaroscuro.pipeline;

import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.PerLevel;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.ByteVocabulary;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * A small checkpoint with seeded random weights, in the layout and with every part of Stable
 * Diffusion 1.x: for trying the tools without a download, and for tests. It has learnt nothing; its
 * pictures mean nothing.
 */
public final class SeededStableDiffusion {

  private static final int HIDDEN = 32;

  /** Pictures of 128 x 128 pixels: latents of 16 x 16. */
  private static final int SAMPLE_SIZE = 16;

  private SeededStableDiffusion() {}

  /**
   * Writes the checkpoint of that seed.
   *
   * @param folder created if it does not exist
   * @throws io.chiaroscuro.InvalidInputException if it cannot be written
   */
  public static void write(Path folder, long seed) {
    CheckpointWriter writer = new CheckpointWriter(folder);
    ByteVocabulary.write(folder.resolve("tokenizer"), "<|endoftext|>");
    writeScheduler(folder.resolve("scheduler").resolve("scheduler_config.json"));
    try (var network = new CLIPTextModel(textEncoder(), weights(seed))) {
      writer.write(Component.TEXT_ENCODER, network.config(), network.weights().tensors());
    }
    try (var network = new UNet2DConditionModel(unet(), weights(seed))) {
      writer.write(Component.UNET, network.config(), network.weights().tensors());
    }
    try (var network = new AutoencoderKL(vae(8 * SAMPLE_SIZE, 0.18215), weights(seed))) {
      writer.write(Component.VAE, network.config(), network.weights().tensors());
    }
    // Last, since its presence is what makes the folder a checkpoint.
    writer.writeModelIndex("PNDMScheduler");
  }

  static Weights weights(long seed) {
    return Weights.seeded(seed, DType.FLOAT32, Device.CPU);
  }

  private static CLIPTextConfig textEncoder() {
    return new CLIPTextConfig(
        ByteVocabulary.SIZE, HIDDEN, 4 * HIDDEN, 2, 4, 77, Activation.QUICK_GELU, 1e-5);
  }

  private static UNet2DConditionConfig unet() {
    return new UNet2DConditionConfig(
        SAMPLE_SIZE,
        4,
        4,
        false,
        true,
        0,
        List.of("CrossAttnDownBlock2D", "DownBlock2D"),
        List.of("UpBlock2D", "CrossAttnUpBlock2D"),
        List.of(32, 64),
        PerLevel.all(1),
        1,
        Activation.SILU,
        32,
        1e-5,
        PerLevel.all(HIDDEN),
        PerLevel.all(1),
        PerLevel.all(4),
        null,
        false,
        false);
  }

  /** Stable Diffusion's four levels, narrow. */
  static AutoencoderKLConfig vae(int sampleSize, double scalingFactor) {
    return new AutoencoderKLConfig(
        sampleSize,
        3,
        3,
        4,
        Collections.nCopies(4, "DownEncoderBlock2D"),
        Collections.nCopies(4, "UpDecoderBlock2D"),
        List.of(32, 32, 32, 32),
        1,
        Activation.SILU,
        32,
        scalingFactor,
        0,
        true,
        true,
        true);
  }

  /** Stable Diffusion 1.4's own. */
  private static void writeScheduler(Path file) {
    AtomicFile.write(
        file,
        temporary ->
            Files.writeString(
                temporary,
                """
                {
                  "_class_name": "PNDMScheduler",
                  "beta_end": 0.012,
                  "beta_schedule": "scaled_linear",
                  "beta_start": 0.00085,
                  "clip_sample": false,
                  "num_train_timesteps": 1000,
                  "set_alpha_to_one": false,
                  "skip_prk_steps": true,
                  "steps_offset": 1
                }
                """));
  }
}
