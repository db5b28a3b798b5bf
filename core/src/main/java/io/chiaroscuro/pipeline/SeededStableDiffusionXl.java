package io.chiaroscuro.pipeline;

import static io.chiaroscuro.pipeline.SeededStableDiffusion.vae;
import static io.chiaroscuro.pipeline.SeededStableDiffusion.weights;

import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.PerLevel;
import io.chiaroscuro.clip.ByteVocabulary;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTextModelWithProjection;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A small checkpoint with seeded random weights, in the layout and with every part of Stable
 * Diffusion XL, as {@link SeededStableDiffusion} is of 1.x.
 */
public final class SeededStableDiffusionXl {

  private static final int HIDDEN = 32;
  private static final int HIDDEN_2 = 48;
  private static final int PROJECTION = 24;
  private static final int TIME_EMBED = 8;

  /** Pictures of 64 x 64 pixels: latents of 8 x 8. */
  private static final int SAMPLE_SIZE = 8;

  private SeededStableDiffusionXl() {}

  /**
   * Writes the checkpoint of that seed.
   *
   * @param folder created if it does not exist
   * @throws io.chiaroscuro.InvalidInputException if it cannot be written
   */
  public static void write(Path folder, long seed) {
    CheckpointWriter writer = new CheckpointWriter(folder);
    ByteVocabulary.write(folder.resolve("tokenizer"), "<|endoftext|>");
    ByteVocabulary.write(folder.resolve("tokenizer_2"), "!");
    writeScheduler(folder.resolve("scheduler").resolve("scheduler_config.json"));
    try (var network =
        new CLIPTextModel(textEncoder(HIDDEN, 4, Activation.QUICK_GELU), weights(seed))) {
      writer.write(Component.TEXT_ENCODER, network.config(), network.weights().tensors());
    }
    try (var network =
        new CLIPTextModelWithProjection(
            textEncoder(HIDDEN_2, 2, Activation.GELU), weights(seed), Segments.PLAIN)) {
      writer.write(Component.TEXT_ENCODER_2, network.config(), network.weights().tensors());
    }
    try (var network = new UNet2DConditionModel(unet(), weights(seed))) {
      writer.write(Component.UNET, network.config(), network.weights().tensors());
    }
    try (var network = new AutoencoderKL(vae(8 * SAMPLE_SIZE, 0.13025), weights(seed))) {
      writer.write(Component.VAE, network.config(), network.weights().tensors());
    }
    // Last, since its presence is what makes the folder a checkpoint.
    writer.writeXlModelIndex("EulerDiscreteScheduler");
  }

  private static CLIPTextConfig textEncoder(int hidden, int heads, Activation activation) {
    return new CLIPTextConfig(
        ByteVocabulary.SIZE,
        hidden,
        2 * hidden,
        3,
        heads,
        77,
        activation,
        1e-5,
        PROJECTION,
        ByteVocabulary.SIZE - 2,
        ByteVocabulary.SIZE - 1);
  }

  private static UNet2DConditionConfig unet() {
    return new UNet2DConditionConfig(
        SAMPLE_SIZE,
        4,
        4,
        false,
        true,
        0,
        List.of("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        List.of("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        List.of(32, 64, 64),
        PerLevel.all(1),
        1,
        Activation.SILU,
        32,
        1e-5,
        PerLevel.all(HIDDEN + HIDDEN_2),
        PerLevel.each(1, 2, 3),
        PerLevel.each(2, 4, 8),
        null,
        true,
        false,
        "text_time",
        TIME_EMBED,
        PROJECTION + 6 * TIME_EMBED,
        null);
  }

  /** Stable Diffusion XL's own. */
  private static void writeScheduler(Path file) {
    AtomicFile.write(
        file,
        temporary ->
            Files.writeString(
                temporary,
                """
                {
                  "_class_name": "EulerDiscreteScheduler",
                  "beta_end": 0.012,
                  "beta_schedule": "scaled_linear",
                  "beta_start": 0.00085,
                  "clip_sample": false,
                  "interpolation_type": "linear",
                  "num_train_timesteps": 1000,
                  "prediction_type": "epsilon",
                  "set_alpha_to_one": false,
                  "skip_prk_steps": true,
                  "steps_offset": 1,
                  "timestep_spacing": "leading",
                  "use_karras_sigmas": false
                }
                """));
  }
}
