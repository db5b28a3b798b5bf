package io.chiaroscuro.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * PEFT's settings, the fields of its {@code LoraConfig}. PEFT itself keeps them beside the weights
 * as {@code adapter_config.json}; diffusers in the file's metadata as JSON under one key, with the
 * network's name before each field.
 */
final class LoraMetadata {

  private static final String KEY = "lora_adapter_metadata";
  private static final String PEFT_FILE = "adapter_config.json";

  private final Path path;
  private final JsonNode settings;
  private final boolean ofOneNetwork;

  private LoraMetadata(Path path, JsonNode settings, boolean ofOneNetwork) {
    this.path = path;
    this.settings = settings;
    this.ofOneNetwork = ofOneNetwork;
  }

  /**
   * What the file says of itself or, where that is nothing, the file that PEFT put beside it.
   *
   * @throws InvalidInputException if settings are malformed, or those of another method
   */
  static LoraMetadata of(AdapterFile file) {
    String own = file.metadata().get(KEY);
    if (own != null) {
      String origin = "%s: its metadata '%s'".formatted(file.path(), KEY);
      return new LoraMetadata(file.path(), parse(origin, own), false);
    }
    Path beside = file.path().resolveSibling(PEFT_FILE);
    if (!LoraLocation.isPeftWeights(file.path()) || !Files.isRegularFile(beside)) {
      return new LoraMetadata(file.path(), MissingNode.getInstance(), false);
    }
    try {
      JsonNode settings = parse(beside.toString(), Files.readString(beside));
      String method = settings.path("peft_type").asText("LORA");
      if (!method.equals("LORA")) {
        throw new InvalidInputException(
            "%s is no LoRA but a %s, which is not supported; choose a LoRA."
                .formatted(beside, method));
      }
      return new LoraMetadata(beside, settings, true);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); check its permissions.".formatted(beside, AtomicFile.reason(e)), e);
    }
  }

  private static JsonNode parse(String origin, String json) {
    try {
      return new JsonMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException("%s is no JSON; write the file again.".formatted(origin), e);
    }
  }

  /**
   * What the product of the factors is multiplied by: alpha / rank, or alpha / sqrt(rank) where
   * that was chosen (<a href="https://arxiv.org/abs/2312.03732">Kalajdzievski 2023</a>); 1 where
   * nothing is said.
   *
   * @param label the layer's name in the file
   * @throws InvalidInputException if the settings call for more than a low-rank product
   */
  double scale(Component component, String label, long rank) {
    String network = ofOneNetwork ? "" : component.folder() + ".";
    if (settings.path(network + "use_dora").asBoolean()) {
      throw new InvalidInputException(
          "%s is a DoRA, which normalises the weights too; only LoRA is supported."
              .formatted(path));
    }
    JsonNode alpha = settings.path(network + "lora_alpha");
    for (Map.Entry<String, JsonNode> other :
        settings.path(network + "alpha_pattern").properties()) {
      String layer = other.getKey().replaceFirst("^\\^", "");
      if (("." + label).endsWith("." + layer)) {
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
