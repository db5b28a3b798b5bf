package io.chiaroscuro.pipeline;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTextConfig;
import io.chiaroscuro.clip.CLIPTextModel;
import io.chiaroscuro.clip.CLIPTextModelWithProjection;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.unet.UNet2DConditionConfig;
import io.chiaroscuro.unet.UNet2DConditionModel;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.AutoencoderKLConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The checkpoints of {@code tools/fixtures/pipelines.py} and {@code xl.py}, with their weights
 * drawn anew.
 */
final class SeededCheckpoint {

  private static final int SEED = 7;

  private SeededCheckpoint() {}

  static void write(String family, Path folder) throws IOException {
    copy(Fixture.path("tokenizer/byte-vocabulary"), folder.resolve("tokenizer"));
    copy(Fixture.path("pipelines/" + family), folder);
    try (var network =
        new CLIPTextModel(CLIPTextConfig.read(config(folder, Component.TEXT_ENCODER)), weights())) {
      write(folder, Component.TEXT_ENCODER, "model", network.weights());
    }
    try (var network =
        new UNet2DConditionModel(
            UNet2DConditionConfig.read(config(folder, Component.UNET)), weights())) {
      write(folder, Component.UNET, "diffusion_pytorch_model", network.weights());
    }
    try (var network =
        new AutoencoderKL(AutoencoderKLConfig.read(config(folder, Component.VAE)), weights())) {
      write(folder, Component.VAE, "diffusion_pytorch_model", network.weights());
    }
  }

  static void writeXl(String family, Path folder) throws IOException {
    write(family, folder);
    copy(Fixture.path("tokenizer/byte-vocabulary"), folder.resolve("tokenizer_2"));
    var config = CLIPTextConfig.read(config(folder, Component.TEXT_ENCODER_2));
    try (var network = new CLIPTextModelWithProjection(config, weights(), Segments.PLAIN)) {
      write(folder, Component.TEXT_ENCODER_2, "model", network.weights());
    }
  }

  private static Weights weights() {
    return Weights.seeded(SEED, DType.FLOAT32, Device.CPU);
  }

  private static Path config(Path folder, Component component) {
    return folder.resolve(component.folder()).resolve("config.json");
  }

  private static void write(Path folder, Component component, String name, Weights weights) {
    SafetensorsWriter.write(
        folder.resolve(component.folder()).resolve(name + ".safetensors"),
        weights.tensors(),
        Map.of());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
