package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** LoRAs as files. */
public final class LoraFile {

  /** The file that diffusers looks for in a folder. */
  public static final String NAME = "pytorch_lora_weights.safetensors";

  private LoraFile() {}

  /**
   * Reads a LoRA for these networks: layer names as diffusers, PEFT, kohya's or cloneofsimo's
   * scripts write them, or the original code; linear layers and convolutions (LoCon); alpha from
   * the tensors or from PEFT's settings. Words that lie in the same file are left to {@link
   * EmbeddingFile}.
   *
   * @param path a file, or a folder with {@value #NAME} or with what PEFT saves in it
   * @param networks what it shall adapt; its tensors take their type and device
   * @return not yet attached
   * @throws InvalidInputException if it is damaged, of another format, or for another model
   */
  public static Lora read(Path path, Map<Component, Weights> networks) {
    return read(path, networks, Weights::dtype);
  }

  /**
   * As above, to be {@linkplain MergedLoras merged}: in float32, so that weights of less precision
   * are rounded once and not the factors before.
   */
  public static Lora readToMerge(Path path, Map<Component, Weights> networks) {
    return read(path, networks, network -> DType.FLOAT32);
  }

  private static Lora read(
      Path path, Map<Component, Weights> networks, Function<Weights, DType> dtype) {
    Map<Component, Map<String, LowRankAdapter>> adapters = new EnumMap<>(Component.class);
    try {
      for (Path location : LoraLocation.files(path)) {
        try (var file = AdapterFile.open(location)) {
          LoraReading reading = new LoraReading(file, LoraLocation.networks(location, networks));
          reading.forEach(
              (layer, parts) ->
                  adapters
                      .computeIfAbsent(layer.component(), c -> new LinkedHashMap<>())
                      .put(layer.name(), reading.adapter(layer, parts, dtype)));
        }
      }
      return new Lora(networks, adapters);
    } catch (RuntimeException e) {
      adapters.values().stream()
          .flatMap(ofLayers -> ofLayers.values().stream())
          .forEach(
              adapter -> {
                adapter.down().close();
                adapter.up().close();
              });
      throw e;
    }
  }

  /**
   * Where its files lie: the file itself, or those of a folder.
   *
   * @throws InvalidInputException if there is none
   */
  public static List<Path> files(Path path) {
    List<Path> files = LoraLocation.files(path);
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new InvalidInputException(
            "%s does not exist; give a LoRA's file, or a folder with %s.".formatted(file, NAME));
      }
    }
    return files;
  }

  /**
   * Writes a LoRA, in the type its tensors have.
   *
   * @param file by convention {@value #NAME} for diffusers
   * @throws InvalidInputException if it cannot be written
   */
  public static void write(Path file, Lora lora, LoraFormat format) {
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      lora.adapters()
          .forEach(
              (component, ofLayers) ->
                  ofLayers.forEach(
                      (layer, adapter) ->
                          tensors.putAll(format.tensors(component, layer, adapter))));
      SafetensorsWriter.write(file, tensors, format.metadata(lora));
    }
  }
}
