package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which tensors of a LoRA file belong to which layer. Names with underscores cannot be taken apart,
 * therefore every layer is given all the names it may have, and those are looked up.
 */
final class LoraNames {

  /** diffusers with PEFT, kohya, and what diffusers' own training scripts write. */
  private static final List<String> DOWN =
      List.of(
          ".lora_A.weight",
          ".lora_down.weight",
          ".lora.down.weight",
          ".lora_linear_layer.down.weight");

  private static final List<String> UP =
      List.of(
          ".lora_B.weight", ".lora_up.weight", ".lora.up.weight", ".lora_linear_layer.up.weight");

  private static final List<String> ALPHA = List.of(".alpha");

  /** A layer of one of the networks. */
  record Layer(Component component, String name) {}

  /**
   * The names of one layer's tensors.
   *
   * @param label what they begin with
   * @param alpha null if there is none
   */
  record Parts(String label, String down, String up, String alpha) {}

  private final Path path;
  private final Map<String, Layer> layers = new HashMap<>();

  LoraNames(Path path, Map<Component, Weights> networks) {
    this.path = path;
    networks.forEach(
        (component, weights) ->
            weights
                .adaptable()
                .keySet()
                .forEach(
                    name ->
                        labels(component, name)
                            .forEach(label -> layers.put(label, new Layer(component, name)))));
  }

  private static Stream<String> labels(Component component, String layer) {
    String underscored = layer.replace('.', '_');
    Stream<String> ours =
        Stream.of(LoraFormat.values()).map(format -> format.label(component, layer));
    return component == Component.TEXT_ENCODER
        ? Stream.concat(
            ours,
            Stream.of(
                "text_encoder." + layer,
                "lora_te_" + underscored,
                "lora_te1_text_model_" + underscored))
        : ours;
  }

  /**
   * Sorts a file's tensors by layer.
   *
   * @throws InvalidInputException naming those that have no place
   */
  Map<Layer, Parts> sort(Collection<String> names) {
    Map<String, Parts> byLabel = new LinkedHashMap<>();
    List<String> foreign = new ArrayList<>();
    for (String name : names) {
      String down = stem(name, DOWN);
      String up = stem(name, UP);
      String alpha = stem(name, ALPHA);
      if (down != null) {
        byLabel.merge(down, new Parts(down, name, null, null), LoraNames::together);
      } else if (up != null) {
        byLabel.merge(up, new Parts(up, null, name, null), LoraNames::together);
      } else if (alpha != null) {
        byLabel.merge(alpha, new Parts(alpha, null, null, name), LoraNames::together);
      } else {
        foreign.add(name);
      }
    }
    if (!foreign.isEmpty() || byLabel.isEmpty()) {
      throw new InvalidInputException(
          "%s is no LoRA as diffusers or kohya's scripts write it: it %s; convert it with the program that made it."
              .formatted(
                  path, foreign.isEmpty() ? "is empty" : "holds %s".formatted(listing(foreign))));
    }
    return byLayer(byLabel);
  }

  private Map<Layer, Parts> byLayer(Map<String, Parts> byLabel) {
    List<String> unknown =
        byLabel.keySet().stream().filter(label -> !layers.containsKey(label)).toList();
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(
          "%s adapts %d layer(s) that this model lacks (%s); is it for another family of models?"
              .formatted(path, unknown.size(), listing(unknown)));
    }
    Map<Layer, Parts> sorted = new LinkedHashMap<>();
    byLabel.forEach(
        (label, parts) -> {
          if (parts.down == null || parts.up == null) {
            throw new InvalidInputException(
                "%s holds only a part of '%s': a LoRA has two factors for each layer; fetch it again."
                    .formatted(path, label));
          }
          Parts twin = sorted.put(layers.get(label), parts);
          if (twin != null) {
            throw new InvalidInputException(
                "%s adapts one layer twice, as '%s' and as '%s'; write it again under one name."
                    .formatted(path, twin.label, label));
          }
        });
    return sorted;
  }

  private static String stem(String name, List<String> endings) {
    return endings.stream()
        .filter(name::endsWith)
        .findFirst()
        .map(ending -> name.substring(0, name.length() - ending.length()))
        .orElse(null);
  }

  private static Parts together(Parts a, Parts b) {
    return new Parts(
        a.label,
        a.down == null ? b.down : a.down,
        a.up == null ? b.up : a.up,
        a.alpha == null ? b.alpha : a.alpha);
  }

  /** Some of the names, on one line whatever the file put into them. */
  private static String listing(List<String> names) {
    String some =
        String.join(", ", names.subList(0, Math.min(3, names.size())))
            .replaceAll("\\p{Cntrl}", "?");
    String shortened = some.length() > 300 ? some.substring(0, 300) : some;
    return shortened + (names.size() > 3 || some.length() > 300 ? ", ..." : "");
  }
}
