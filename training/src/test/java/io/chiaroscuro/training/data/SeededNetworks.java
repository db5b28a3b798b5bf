package io.chiaroscuro.training.data;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.util.List;

/** Small networks with weights drawn from a seed. */
final class SeededNetworks {

  private SeededNetworks() {}

  /** Latents of 4 channels at half the pictures' size. */
  static AutoencoderKL autoencoder(long seed) {
    var config =
        new AutoencoderKLConfig(
            16,
            3,
            3,
            4,
            List.of("DownEncoderBlock2D", "DownEncoderBlock2D"),
            List.of("UpDecoderBlock2D", "UpDecoderBlock2D"),
            List.of(8, 8),
            1,
            Activation.SILU,
            4,
            0.18215,
            0,
            true,
            true,
            false);
    return new AutoencoderKL(config, Weights.seeded(seed, DType.FLOAT32, Device.CPU));
  }

  static CLIPTextModel textEncoder(long seed, int vocabSize) {
    var config = new CLIPTextConfig(vocabSize, 16, 32, 2, 2, 77, Activation.QUICK_GELU, 1e-5);
    return new CLIPTextModel(config, Weights.seeded(seed, DType.FLOAT32, Device.CPU));
  }
}
