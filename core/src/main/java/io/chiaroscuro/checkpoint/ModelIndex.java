package io.chiaroscuro.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@code model_index.json} says: the pipeline a checkpoint was made for, and the class of each
 * of its components.
 *
 * @param className the pipeline's Python class, for example {@code StableDiffusionPipeline}
 * @param components Python class names by folder, for example {@code scheduler} to {@code
 *     PNDMScheduler}; components that are null in the file are left out
 */
public record ModelIndex(String className, Map<String, String> components) {

  /** Pipelines whose checkpoints have Stable Diffusion 1.x's and 2.x's three networks. */
  private static final Set<String> SUPPORTED =
      Set.of(
          "StableDiffusionPipeline",
          "StableDiffusionImg2ImgPipeline",
          "LatentConsistencyModelPipeline");

  public ModelIndex {
    components = Collections.unmodifiableMap(new TreeMap<>(components));
  }

  /**
   * @throws InvalidInputException if the file is missing, malformed, or names a pipeline or network
   *     that is not Stable Diffusion 1.x's or 2.x's
   */
  static ModelIndex read(Path file) {
    ObjectNode root = ConfigFile.tree(file);
    String className = root.path("_class_name").asText("");
    if (!SUPPORTED.contains(className)) {
      throw new InvalidInputException(
          "%s: field '_class_name' is '%s', which is not supported; use a checkpoint of Stable Diffusion 1.x or 2.x (StableDiffusionPipeline)."
              .formatted(file, className));
    }
    Map<String, String> components = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      JsonNode value = entry.getValue();
      if (value.isArray() && value.size() == 2 && value.get(1).isTextual()) {
        components.put(entry.getKey(), value.get(1).asText());
      }
    }
    for (Component component : Component.values()) {
      String found = components.get(component.folder());
      if (!component.className().equals(found)) {
        throw new InvalidInputException(
            "%s: field '%s' is %s, which is not supported; only %s is."
                .formatted(
                    file,
                    component.folder(),
                    found == null ? "missing" : found,
                    component.className()));
      }
    }
    return new ModelIndex(className, components);
  }
}
