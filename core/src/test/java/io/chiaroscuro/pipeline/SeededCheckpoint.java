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
import io.chiaroscuro.vae.AutoencoderTiny;
import io.chiaroscuro.vae.AutoencoderTinyConfig;
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
public final class SeededCheckpoint {

  private static final int SEED = 7;

  private SeededCheckpoint() {}

  public static void write(String family, Path folder) throws IOException {
    copy(Fixture.path("tokenizer/byte-vocabulary"), folder.resolve("tokenizer"));
    copy(Fixture.path("tokenizer/byte-vocabulary"), folder.resolve("tokenizer_2"));
    copy(Fixture.path("pipelines/" + family), folder);
    for (Component component : Component.values()) {
      Path config = folder.resolve(component.folder()).resolve("config.json");
      if (Files.exists(config)) {
        SafetensorsWriter.write(
            config.resolveSibling(
                component == Component.UNET || component == Component.VAE
                    ? "diffusion_pytorch_model.safetensors"
                    : "model.safetensors"),
            drawn(component, config).tensors(),
            Map.of());
      }
    }
  }

  /** One of the tiny autoencoders of {@code tools/fixtures/autoencoders.py}. */
  static AutoencoderTiny autoencoderTiny(String name) {
    return new AutoencoderTiny(
        AutoencoderTinyConfig.read(Fixture.path("autoencoders/" + name + "/config.json")),
        Weights.seeded(SEED, DType.FLOAT32, Device.CPU));
  }

  /** The weights that the network asks for. */
  private static Weights drawn(Component component, Path config) {
    Weights weights = Weights.seeded(SEED, DType.FLOAT32, Device.CPU);
    switch (component) {
      case UNET -> new UNet2DConditionModel(UNet2DConditionConfig.read(config), weights);
      case VAE -> new AutoencoderKL(AutoencoderKLConfig.read(config), weights);
      case TEXT_ENCODER -> new CLIPTextModel(CLIPTextConfig.read(config), weights);
      case TEXT_ENCODER_2 ->
          new CLIPTextModelWithProjection(CLIPTextConfig.read(config), weights, Segments.PLAIN);
    }
    return weights;
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
