package io.chiaroscuro.server.automatic1111;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.server.json.RefusedException;

/**
 * Of the web UI's settings, those that there are here.
 *
 * @param checkpoint the name of a model; null for the default
 * @param clipSkip how many of the text encoder's last layers are left out
 */
record Options(String checkpoint, int clipSkip) {

  static final String CHECKPOINT = "sd_model_checkpoint";

  /** From 1 on, where ours counts from 0. */
  static final String CLIP_LAYERS = "CLIP_stop_at_last_layers";

  private static final int MOST_LAYERS = 12;

  /** These with what is said anew; of other settings nothing. */
  Options with(JsonNode settings) {
    if (!settings.isObject()) {
      throw new RefusedException("override_settings", "The settings are no object; send one.");
    }
    JsonNode named = settings.path(CHECKPOINT);
    JsonNode layers = settings.path(CLIP_LAYERS);
    return new Options(
        named.isMissingNode() || named.isNull() ? checkpoint : text(named),
        layers.isMissingNode() || layers.isNull() ? clipSkip : layers(layers) - 1);
  }

  private static String text(JsonNode value) {
    if (!value.isTextual()) {
      throw new RefusedException(CHECKPOINT, CHECKPOINT + " is a model's name; give a text.");
    }
    return value.textValue();
  }

  private static int layers(JsonNode value) {
    if (!value.canConvertToInt()
        || !value.canConvertToExactIntegral()
        || value.intValue() < 1
        || value.intValue() > MOST_LAYERS) {
      throw new RefusedException(
          CLIP_LAYERS, "%s is a whole number from 1 to %d.".formatted(CLIP_LAYERS, MOST_LAYERS));
    }
    return value.intValue();
  }
}
