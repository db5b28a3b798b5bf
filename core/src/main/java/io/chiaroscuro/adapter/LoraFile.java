package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** LoRAs as safetensors files. */
public final class LoraFile {

  /** The file that diffusers looks for in a folder. */
  public static final String NAME = "pytorch_lora_weights.safetensors";

  private LoraFile() {}

  /**
   * Reads a LoRA for these networks: layer names as diffusers, PEFT or kohya's scripts write them;
   * linear layers and convolutions (LoCon); alpha from the tensors or from PEFT's settings.
   *
   * @param path a file, or a folder with {@value #NAME} in it
   * @param networks what it shall adapt; its tensors take their type and device
   * @return not yet attached
   * @throws InvalidInputException if it is damaged, of another format, or for another model
   */
  public static Lora read(Path path, Map<Component, Weights> networks) {
    Path location = Files.isDirectory(path) ? path.resolve(NAME) : path;
    List<Tensor> owned = new ArrayList<>();
    try (var file = SafetensorsFile.open(location)) {
      LoraMetadata metadata = new LoraMetadata(location, file.metadata());
      List<String> names = new ArrayList<>(file.entries().keySet());
      names.addAll(file.foreignTensors().keySet());
      Map<Component, Map<String, LowRankAdapter>> adapters = new EnumMap<>(Component.class);
      new LoraNames(location, networks)
          .sort(names)
          .forEach(
              (layer, parts) -> {
                LowRankAdapter adapter =
                    read(file, parts, metadata, networks.get(layer.component()), layer.name());
                owned.add(adapter.down());
                owned.add(adapter.up());
                adapters
                    .computeIfAbsent(layer.component(), c -> new LinkedHashMap<>())
                    .put(layer.name(), adapter);
              });
      return new Lora(networks, adapters);
    } catch (RuntimeException e) {
      owned.forEach(Tensor::close);
      throw e;
    }
  }

  private static LowRankAdapter read(
      SafetensorsFile file,
      LoraNames.Parts parts,
      LoraMetadata metadata,
      Weights network,
      String layer) {
    long[] weight = Tensors.shape(network.tensors().get(layer + ".weight"));
    try (var scope = new TensorScope()) {
      Tensor stored = file.tensor(parts.down());
      long rank = stored.dim() == 0 ? 0 : stored.size(0);
      Tensor down = factor(file, parts.down(), network, LoraShapes.down(weight, rank));
      Tensor up = factor(file, parts.up(), network, LoraShapes.up(weight, rank));
      double scale =
          parts.alpha() == null
              ? metadata.scale(parts.label(), rank)
              : alpha(file, parts.alpha()) / rank;
      return new LowRankAdapter(scope.own(down), scope.own(up), scale);
    }
  }

  private static Tensor factor(SafetensorsFile file, String name, Weights network, long[] shape) {
    try (var scope = new TensorScope()) {
      Tensor stored = file.tensor(name);
      long[] found = Tensors.shape(stored);
      if (shape[0] * shape[1] == 0 || !LoraShapes.sameNumbers(found, shape)) {
        throw new InvalidInputException(
            "In %s the tensor '%s' has shape %s, which does not fit the layer's %s; is it for another family of models?"
                .formatted(file.path(), name, Arrays.toString(found), Arrays.toString(shape)));
      }
      requireFinite(file, name, stored);
      return scope.keep(Tensors.to(stored.view(shape), network.device(), network.dtype()));
    }
  }

  private static double alpha(SafetensorsFile file, String name) {
    try (var scope = new TensorScope()) {
      Tensor alpha = file.tensor(name);
      if (alpha.numel() != 1) {
        throw new InvalidInputException(
            "In %s the tensor '%s' has shape %s, but alpha is one number; write the file again."
                .formatted(file.path(), name, Arrays.toString(Tensors.shape(alpha))));
      }
      requireFinite(file, name, alpha);
      return Tensors.doubles(alpha)[0];
    }
  }

  private static void requireFinite(SafetensorsFile file, String name, Tensor tensor) {
    if (!Tensors.isFinite(tensor)) {
      throw new InvalidInputException(
          "In %s the tensor '%s' holds NaN or infinite values; fetch it again."
              .formatted(file.path(), name));
    }
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
