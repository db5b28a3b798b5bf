package io.chiaroscuro.original;

import io.chiaroscuro.checkpoint.TensorLocation.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OpenCLIP's names for what transformers calls a {@code CLIPTextModel}: the text encoder of 2.x and
 * the second one of XL.
 */
final class OpenClipNames {

  /**
   * 2.x was trained on the output of the layer before the last of 24, and diffusers never loads the
   * last. XL takes the same place from 32, but its pooled text from the very end.
   */
  private static final int LAYERS_OF_V2 = 23;

  private static final Map<String, String> ENDS =
      Map.of(
          "positional_embedding", "text_model.embeddings.position_embedding.weight",
          "token_embedding.weight", "text_model.embeddings.token_embedding.weight",
          "ln_final.weight", "text_model.final_layer_norm.weight",
          "ln_final.bias", "text_model.final_layer_norm.bias");

  private static final Map<String, String> IN_LAYER =
      Map.of(
          "ln_1.", "layer_norm1.",
          "ln_2.", "layer_norm2.",
          "mlp.c_fc.", "mlp.fc1.",
          "mlp.c_proj.", "mlp.fc2.",
          "attn.out_proj.", "self_attn.out_proj.");

  private static final Map<Part, String> PROJECTIONS =
      Map.of(Part.QUERY, "q_proj", Part.KEY, "k_proj", Part.VALUE, "v_proj");

  private static final Pattern LAYER =
      Pattern.compile("transformer\\.resblocks\\.(\\d{1,3})\\.(.+)");

  private static final String FUSED = "attn.in_proj_";

  private final boolean isV2;

  OpenClipNames(Family family) {
    this.isV2 = family == Family.V2;
  }

  /** diffusers' names and which part of the tensor each is; empty where it has none. */
  Map<String, Part> translate(String name) {
    if (ENDS.containsKey(name)) {
      return Map.of(ENDS.get(name), Part.WHOLE);
    }
    if (name.equals("text_projection") && !isV2) {
      return Map.of("text_projection.weight", Part.TRANSPOSED);
    }
    Matcher layer = LAYER.matcher(name);
    if (!layer.matches() || isV2 && Integer.parseInt(layer.group(1)) >= LAYERS_OF_V2) {
      return Map.of();
    }
    return inLayer("text_model.encoder.layers." + layer.group(1) + ".", layer.group(2));
  }

  private static Map<String, Part> inLayer(String layer, String rest) {
    if (rest.startsWith(FUSED)) {
      String ending = rest.substring(FUSED.length());
      Map<String, Part> parts = new LinkedHashMap<>();
      for (Part part : List.of(Part.QUERY, Part.KEY, Part.VALUE)) {
        parts.put(layer + "self_attn." + PROJECTIONS.get(part) + "." + ending, part);
      }
      return parts;
    }
    for (Map.Entry<String, String> part : IN_LAYER.entrySet()) {
      if (rest.startsWith(part.getKey())) {
        return Map.of(layer + part.getValue() + rest.substring(part.getKey().length()), Part.WHOLE);
      }
    }
    return Map.of();
  }
}
