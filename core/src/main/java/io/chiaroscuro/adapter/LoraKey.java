package io.chiaroscuro.adapter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor in a LoRA file, taken apart.
 *
 * @param label which layer it is for, as the file writes it
 * @param part what it is for that layer
 */
record LoraKey(String label, Part part) {

  /** A layer's tensors. */
  enum Part {
    DOWN,
    UP,
    /** A kernel between the two, where a convolution was decomposed after Tucker. */
    MID,
    ALPHA
  }

  /** PEFT; a name of the adapter may stand before {@code weight}. */
  private static final Pattern PEFT =
      Pattern.compile("(.+)\\.lora_([AB])(?:\\.[A-Za-z0-9_-]+)?\\.weight");

  /** kohya, {@code .lora_down}; diffusers before PEFT, {@code .lora.down}. */
  private static final Pattern DOWN_UP =
      Pattern.compile("(.+)\\.lora(?:_linear_layer)?[._](down|up|mid)\\.weight");

  /** diffusers' attention processors, the oldest of its spellings. */
  private static final Pattern PROCESSOR =
      Pattern.compile("(.+?)(?:\\.processor)?\\.(to_q|to_k|to_v|to_out)_lora\\.(down|up)\\.weight");

  private static final Pattern ALPHA = Pattern.compile("(.+)\\.alpha");

  private static final Map<String, Part> PARTS =
      Map.of("A", Part.DOWN, "B", Part.UP, "down", Part.DOWN, "up", Part.UP, "mid", Part.MID);

  private static final Map<String, String> OF_TEXT_ENCODERS =
      Map.of("to_q", "q_proj", "to_k", "k_proj", "to_v", "v_proj", "to_out", "out_proj");

  /** What PEFT calls the network that it wraps. */
  private static final String WRAPPER = "base_model.model.";

  /** Empty where {@code name} is that of no part of a LoRA. */
  static Optional<LoraKey> parse(String name) {
    String unwrapped = name.replace(WRAPPER, "");
    Matcher processor = PROCESSOR.matcher(unwrapped);
    if (processor.matches()) {
      String layer = processor.group(1) + "." + projection(processor.group(1), processor.group(2));
      return Optional.of(new LoraKey(layer, PARTS.get(processor.group(3))));
    }
    for (Pattern pattern : List.of(PEFT, DOWN_UP)) {
      Matcher matcher = pattern.matcher(unwrapped);
      if (matcher.matches()) {
        return Optional.of(new LoraKey(matcher.group(1), PARTS.get(matcher.group(2))));
      }
    }
    Matcher alpha = ALPHA.matcher(unwrapped);
    return alpha.matches()
        ? Optional.of(new LoraKey(alpha.group(1), Part.ALPHA))
        : Optional.empty();
  }

  /** What the processor's projection is called where it lies today. */
  private static String projection(String attention, String name) {
    if (attention.endsWith(".self_attn")) {
      return OF_TEXT_ENCODERS.get(name);
    }
    return name.equals("to_out") ? "to_out.0" : name;
  }
}
