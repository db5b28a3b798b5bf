package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All the names that the layers of some networks may have in LoRA files. Names with underscores
 * cannot be taken apart, therefore they are made from the layers once and looked up.
 */
final class LayerLabels {

  /** A layer of one of the networks. */
  record Layer(Component component, String name) {}

  private final Map<String, Layer> layers = new HashMap<>();

  LayerLabels(Map<Component, Weights> networks) {
    networks.forEach((component, weights) -> add(component, weights.adaptable().keySet()));
  }

  private void add(Component component, Collection<String> names) {
    OriginalUnetNames original = new OriginalUnetNames(names);
    for (String name : names) {
      Layer layer = new Layer(component, name);
      Stream<String> labels =
          component == Component.UNET
              ? ofUnet(name, original.of(name))
              : ofTextEncoder(component, name);
      // Between two text encoders, names that say of none which they mean are the first's.
      labels.forEach(label -> layers.merge(label, layer, LayerLabels::earlier));
    }
  }

  private static Layer earlier(Layer a, Layer b) {
    return a.component().compareTo(b.component()) <= 0 ? a : b;
  }

  private static Stream<String> ofUnet(String layer, String original) {
    return Stream.of(
        "unet." + layer,
        layer,
        "diffusion_model." + original,
        "lora_unet_" + underscored(layer),
        "lora_unet_" + underscored(original));
  }

  private static Stream<String> ofTextEncoder(Component component, String layer) {
    // transformers 5 has lost the module that all files name; where it is left they name it too.
    String inModule = layer.replaceFirst("^text_model\\.", "");
    return Stream.of(inModule, "text_model." + inModule)
        .flatMap(
            name ->
                Stream.concat(
                    List.of(component.folder() + ".", "").stream().map(prefix -> prefix + name),
                    kohya(component).stream().map(prefix -> prefix + underscored(name))));
  }

  private static List<String> kohya(Component component) {
    return component == Component.TEXT_ENCODER
        ? List.of("lora_te_", "lora_te1_")
        : List.of("lora_te2_");
  }

  private static String underscored(String name) {
    return name.replace('.', '_');
  }

  Optional<Layer> layer(String label) {
    return Optional.ofNullable(layers.get(label));
  }
}
