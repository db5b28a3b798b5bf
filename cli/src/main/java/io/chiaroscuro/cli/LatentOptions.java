package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Option;

/**
 * Latents from and to files, tensor {@code latents} (B, 4, h, w), for exact comparison with other
 * programs. Initial latents are what diffusers' pipelines take as {@code latents}.
 */
final class LatentOptions {

  static final String NAME = "latents";

  @Option(
      names = "--initial-latents",
      paramLabel = "FILE",
      description = "Start from the tensor 'latents' of this file instead of the seed's noise.")
  private Path initialLatents;

  @Option(
      names = "--save-latents",
      paramLabel = "FOLDER",
      description = "Write the initial and the final latents there, as safetensors.")
  private Path saveLatents;

  @Option(
      names = "--save-latents-every",
      defaultValue = "0",
      paramLabel = "N",
      description = "With --save-latents, also those after every Nth step.")
  private int every;

  /** Refuses what cannot be meant, before any work is done. */
  void check(LatentShape shape, int count) {
    if (every < 0 || every > 0 && saveLatents == null) {
      throw new InvalidInputException(
          "--save-latents-every %d needs a positive number and --save-latents FOLDER."
              .formatted(every));
    }
    if (saveLatents != null) {
      AtomicFile.requireFolder(saveLatents);
    }
    if (initialLatents != null) {
      try (var scope = new TensorScope()) {
        read(shape, count);
      }
    }
  }

  /**
   * The noise that the pictures from {@code first} on start from, (B, C, h, w) float32.
   *
   * @param generators where it is drawn unless a file gives it, one for each picture
   */
  Tensor noise(LatentShape shape, int count, int first, SeededGenerators generators) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          initialLatents == null
              ? generators.randn(generators.size(), shape.channels(), shape.height(), shape.width())
              : read(shape, count).narrow(0, first, generators.size()).clone());
    }
  }

  /** Saves the start of a picture, if that was asked for. */
  void saveInitial(String picture, Tensor latents) {
    save(picture + "-initial", latents);
  }

  /** Saves the latents after step {@code index} of {@code total}, if that was asked for. */
  void saveStep(String picture, int index, int total, Tensor latents) {
    if (every > 0 && (index + 1) % every == 0) {
      save("%s-step-%03d".formatted(picture, index + 1), latents);
    }
    if (index + 1 == total) {
      save(picture + "-final", latents);
    }
  }

  private void save(String name, Tensor latents) {
    if (saveLatents != null) {
      SafetensorsWriter.write(
          saveLatents.resolve(name + ".safetensors"), Map.of(NAME, latents), Map.of());
    }
  }

  private Tensor read(LatentShape shape, int count) {
    try (var scope = new TensorScope();
        var file = SafetensorsFile.open(initialLatents)) {
      Tensor latents = Tensors.to(file.tensor(NAME), Device.CPU, DType.FLOAT32);
      long[] found = Tensors.shape(latents);
      long[] wanted = {count, shape.channels(), shape.height(), shape.width()};
      if (!Arrays.equals(found, wanted)) {
        throw new InvalidInputException(
            "In %s the tensor '%s' has shape %s, but %s is wanted for %d picture(s); adapt --height, --width or --count."
                .formatted(
                    initialLatents, NAME, Arrays.toString(found), Arrays.toString(wanted), count));
      }
      if (!Tensors.isFinite(latents)) {
        throw new InvalidInputException(
            "In %s the tensor '%s' holds NaN or infinite values; write it again."
                .formatted(initialLatents, NAME));
      }
      return scope.keep(latents);
    }
  }
}
