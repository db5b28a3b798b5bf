package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.ConfigFile;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.vae.AutoencoderTiny;
import io.chiaroscuro.vae.AutoencoderTinyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A tiny autoencoder with seeded random weights, as TAESD is published. */
final class TinyAutoencoder {

  private TinyAutoencoder() {}

  /**
   * @param levels 4 for latents at an eighth of the size
   */
  static void write(Path folder, int levels) throws IOException {
    List<Integer> channels = Collections.nCopies(levels, 8);
    List<Integer> blocks = Collections.nCopies(levels, 1);
    var config =
        new AutoencoderTinyConfig(3, 3, channels, channels, Activation.RELU, 4, blocks, blocks, 1);
    Files.createDirectories(folder);
    ConfigFile.write(
        folder.resolve("config.json"), Map.of("_class_name", "AutoencoderTiny"), config);
    try (var tiny = new AutoencoderTiny(config, Weights.seeded(2, DType.FLOAT32, Device.CPU))) {
      SafetensorsWriter.write(
          folder.resolve("diffusion_pytorch_model.safetensors"),
          tiny.weights().tensors(),
          Map.of());
    }
  }
}
