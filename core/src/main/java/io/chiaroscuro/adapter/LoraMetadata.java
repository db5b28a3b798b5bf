package io.chiaroscuro.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;

/**
 * PEFT's settings as diffusers keeps them in a file's metadata: the fields of a {@code LoraConfig},
 * with the network's name before each, as JSON under one key.
 */
final class LoraMetadata {

  private static final String KEY = "lora_adapter_metadata";

  private final Path path;
  private final JsonNode settings;

  /**
   * @param metadata of a safetensors file, with or without these settings
   * @throws InvalidInputException if they are malformed
   */
  LoraMetadata(Path path, Map<String, String> metadata) {
    this.path = path;
    try {
      this.settings =
          metadata.containsKey(KEY)
              ? new JsonMapper().readTree(metadata.get(KEY))
              : MissingNode.getInstance();
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s: its metadata '%s' is no JSON; write the file again.".formatted(path, KEY), e);
    }
  }

  /**
   * What the product of the factors is multiplied by: alpha / rank, or alpha / sqrt(rank) where
   * that was chosen (<a href="https://arxiv.org/abs/2312.03732">Kalajdzievski 2023</a>); 1 where
   * nothing is said.
   *
   * @param label the layer's name in the file, the network's before it
   * @throws InvalidInputException if the settings call for more than a low-rank product
   */
  double scale(String label, long rank) {
    int dot = label.indexOf('.');
    String network = label.substring(0, dot + 1);
    if (settings.path(network + "use_dora").asBoolean()) {
      throw new InvalidInputException(
          "%s is a DoRA, which normalises the weights too; only LoRA is supported."
              .formatted(path));
    }
    JsonNode alpha = settings.path(network + "lora_alpha");
    for (Map.Entry<String, JsonNode> other :
        settings.path(network + "alpha_pattern").properties()) {
      String layer = other.getKey().replaceFirst("^\\^", "");
      if (label.endsWith("." + layer)) {
        alpha = other.getValue();
        break;
      }
    }
    if (alpha.isMissingNode()) {
      return 1;
    }
    if (!alpha.isNumber()) {
      throw new InvalidInputException(
          "%s: its metadata gives '%s' an alpha of %s; a number is needed."
              .formatted(path, label, alpha));
    }
    boolean rankStabilized = settings.path(network + "use_rslora").asBoolean();
    return alpha.asDouble() / (rankStabilized ? Math.sqrt(rank) : rank);
  }

  /**
   * Settings for adapters whose scale is 1. Without them diffusers cannot find the layers of a text
   * encoder of transformers 5, which has lost the module that all files name.
   */
  static Map<String, String> of(Lora lora) {
    ObjectNode settings = new JsonMapper().createObjectNode();
    lora.adapters()
        .forEach(
            (component, ofLayers) -> {
              if (ofLayers.isEmpty()) {
                return;
              }
              String network = component.folder() + ".";
              long rank = ofLayers.values().iterator().next().rank();
              settings.put(network + "r", rank).put(network + "lora_alpha", rank);
              ObjectNode ranks = settings.putObject(network + "rank_pattern");
              ofLayers.forEach(
                  (layer, adapter) -> {
                    if (adapter.rank() != rank) {
                      ranks.put(layer, adapter.rank());
                    }
                  });
              settings.set(network + "alpha_pattern", ranks);
              var targets = settings.putArray(network + "target_modules");
              ofLayers.keySet().stream().sorted().forEach(targets::add);
            });
    return Map.of("format", "pt", KEY, settings.toString());
  }
}
