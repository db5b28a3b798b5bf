package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a LoRA's files lie: one file, a folder of diffusers or PEFT, or PEFT's of each network. */
final class LoraLocation {

  /** What PEFT's {@code save_pretrained} writes. */
  private static final String PEFT_NAME = "adapter_model.safetensors";

  /** diffusers' and PEFT's, and what their older versions wrote. */
  private static final List<String> NAMES =
      List.of(LoraFile.NAME, "pytorch_lora_weights.bin", PEFT_NAME, "adapter_model.bin");

  private LoraLocation() {}

  static boolean isPeftWeights(Path file) {
    return file.getFileName().toString().startsWith("adapter_model.");
  }

  /**
   * @throws InvalidInputException if there is none
   */
  static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    Optional<Path> whole = inFolder(path);
    if (whole.isPresent()) {
      return List.of(whole.get());
    }
    List<Path> ofNetworks =
        Arrays.stream(Component.values())
            .flatMap(component -> inFolder(path.resolve(component.folder())).stream())
            .toList();
    if (ofNetworks.isEmpty()) {
      throw new InvalidInputException(
          "The folder %s holds no LoRA: there is neither %s nor %s in it; name the file."
              .formatted(path, LoraFile.NAME, PEFT_NAME));
    }
    return ofNetworks;
  }

  private static Optional<Path> inFolder(Path folder) {
    return NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }

  /**
   * The networks that a file may mean: PEFT names a network's folder and not the network in the
   * file.
   */
  static Map<Component, Weights> networks(Path file, Map<Component, Weights> networks) {
    Path folder = file.toAbsolutePath().getParent();
    return isPeftWeights(file)
        ? networks.keySet().stream()
            .filter(component -> folder.endsWith(component.folder()))
            .findFirst()
            .map(component -> Map.of(component, networks.get(component)))
            .orElse(networks)
        : networks;
  }
}
