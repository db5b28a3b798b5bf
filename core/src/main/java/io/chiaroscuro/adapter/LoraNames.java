package io.chiaroscuro.adapter;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LayerLabels.Layer;
import io.chiaroscuro.adapter.LoraKey.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which tensors of a LoRA file belong to which layer. */
final class LoraNames {

  /**
   * The names of one layer's tensors.
   *
   * @param label what the file calls the layer
   * @param names of the parts that it has; there is always one of {@link Part#DOWN} and {@link
   *     Part#UP}
   */
  record Parts(String label, Map<Part, String> names) {

    String name(Part part) {
      return names.get(part);
    }

    boolean has(Part part) {
      return names.containsKey(part);
    }
  }

  private final Path path;
  private final LayerLabels labels;

  LoraNames(Path path, LayerLabels labels) {
    this.path = path;
    this.labels = labels;
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
      Optional<LoraKey> key = LoraKey.parse(name);
      if (key.isEmpty()) {
        foreign.add(name);
        continue;
      }
      String label = key.get().label();
      String twin =
          byLabel
              .computeIfAbsent(label, l -> new Parts(l, new EnumMap<>(Part.class)))
              .names()
              .put(key.get().part(), name);
      if (twin != null) {
        throw new InvalidInputException(
            "%s holds one factor twice, as %s; write it again under one name."
                .formatted(path, listing(List.of(twin, name))));
      }
    }
    refuse(foreign, byLabel.isEmpty());
    return byLayer(byLabel);
  }

  private void refuse(List<String> foreign, boolean empty) {
    for (String name : foreign) {
      Optional<ForeignMethod> method = ForeignMethod.of(name);
      if (method.isPresent()) {
        throw new InvalidInputException(
            "%s is no LoRA but a %s (it holds %s), which is not supported; choose a LoRA, or convert it with the program that made it."
                .formatted(path, method.get().title(), listing(List.of(name))));
      }
    }
    if (!foreign.isEmpty() || empty) {
      throw new InvalidInputException(
          "%s is no LoRA as diffusers, PEFT, kohya's or cloneofsimo's scripts write it: %s; convert it with the program that made it."
              .formatted(
                  path,
                  foreign.isEmpty()
                      ? "it is empty"
                      : "of its tensors %d are unknown (%s)"
                          .formatted(foreign.size(), listing(foreign))));
    }
  }

  private Map<Layer, Parts> byLayer(Map<String, Parts> byLabel) {
    List<String> unknown =
        byLabel.keySet().stream().filter(label -> labels.layer(label).isEmpty()).toList();
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(
          "%s adapts %d layer(s) that this model lacks (%s); %s."
              .formatted(path, unknown.size(), listing(unknown), suspicion(unknown)));
    }
    Map<Layer, Parts> sorted = new LinkedHashMap<>();
    byLabel.forEach(
        (label, parts) -> {
          if (!parts.has(Part.DOWN) || !parts.has(Part.UP)) {
            throw new InvalidInputException(
                "%s holds only a part of '%s': a LoRA has two factors for each layer; fetch it again."
                    .formatted(path, label));
          }
          Parts twin = sorted.put(labels.layer(label).orElseThrow(), parts);
          if (twin != null) {
            throw new InvalidInputException(
                "%s adapts one layer twice, as '%s' and as '%s'; write it again under one name."
                    .formatted(path, twin.label(), label));
          }
        });
    return sorted;
  }

  private static String suspicion(List<String> labels) {
    return ModelFamily.named(labels)
        .map(
            family ->
                "it seems to be for %s, choose one for this model's family"
                    .formatted(family.title()))
        .orElse("is it for another family of models?");
  }

  /** Some of the names, on one line whatever the file put into them. */
  static String listing(List<String> names) {
    String some =
        String.join(", ", names.subList(0, Math.min(3, names.size())))
            .replaceAll("\\p{Cntrl}", "?");
    String shortened = some.length() > 300 ? some.substring(0, 300) : some;
    return shortened + (names.size() > 3 || some.length() > 300 ? ", ..." : "");
  }
}
