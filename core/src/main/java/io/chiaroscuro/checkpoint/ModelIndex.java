package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code model_index.json} says: the pipeline a checkpoint was made for, and the class of each
 * of its components.
 *
 * @param className the pipeline's Python class, for example {@code StableDiffusionPipeline}
 * @param family the kind of that pipeline
 * @param components Python class names by folder, for example {@code scheduler} to {@code
 *     PNDMScheduler}; components that are null in the file are left out
 * @param forceZerosForEmptyPrompt of Stable Diffusion XL: whether a negative prompt that is not
 *     given means zeros, not the encoding of an empty text
 * @param requiresAestheticsScore of Stable Diffusion XL: whether the UNet is told how beautiful the
 *     picture shall be in place of its target size, as the refiner is
 */
public record ModelIndex(
    String className,
    Family family,
    Map<String, String> components,
    boolean forceZerosForEmptyPrompt,
    boolean requiresAestheticsScore) {

  public ModelIndex {
    components = Collections.unmodifiableMap(new TreeMap<>(components));
  }

  /**
   * @throws InvalidInputException if the file is missing, malformed, or names a pipeline or network
   *     that is not Stable Diffusion's
   */
  static ModelIndex read(Path file) {
    ObjectNode root = ConfigFile.tree(file);
    String className = root.path("_class_name").asText("");
    Family family =
        Family.of(className)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "%s: field '_class_name' is '%s', which is not supported; use a checkpoint of Stable Diffusion 1.x or 2.x (StableDiffusionPipeline) or XL (StableDiffusionXLPipeline)."
                            .formatted(file, className)));
    Map<String, String> components = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      JsonNode value = entry.getValue();
      if (value.isArray() && value.size() == 2 && value.get(1).isTextual()) {
        components.put(entry.getKey(), value.get(1).asText());
      }
    }
    for (Component component : Component.values()) {
      String found = components.get(component.folder());
      boolean mayLack = found == null && !family.required().contains(component);
      if (!mayLack && !component.className().equals(found)) {
        throw new InvalidInputException(
            "%s: field '%s' is %s, which is not supported; only %s is."
                .formatted(
                    file,
                    component.folder(),
                    found == null ? "missing" : found,
                    component.className()));
      }
    }
    return new ModelIndex(
        className,
        family,
        components,
        root.path("force_zeros_for_empty_prompt").asBoolean(true),
        root.path("requires_aesthetics_score").asBoolean(false));
  }

  /** The networks that the checkpoint has. */
  public List<Component> networks() {
    return Arrays.stream(Component.values())
        .filter(component -> components.containsKey(component.folder()))
        .toList();
  }
}
