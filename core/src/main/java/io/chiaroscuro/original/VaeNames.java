package io.chiaroscuro.original;

import io.chiaroscuro.checkpoint.TensorLocation.Part;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The autoencoder's names. Its authors count the levels of the decoder as those of the encoder,
 * from the highest resolution; diffusers counts them in the order in which they are passed.
 */
final class VaeNames {

  static final String MODULE = "first_stage_model.";

  private static final Pattern LEVEL =
      Pattern.compile("(encoder|decoder)\\.(down|up)\\.(\\d{1,3})\\.(.+)");
  private static final Pattern MIDDLE =
      Pattern.compile("(encoder|decoder)\\.mid\\.(block|attn)_([12])\\.(.+)");
  private static final Pattern BLOCK = Pattern.compile("block\\.(\\d{1,3})\\.(.+)");

  private static final Map<String, String> ATTENTION =
      Map.of(
          "norm.", "group_norm.",
          "q.", "to_q.",
          "k.", "to_k.",
          "v.", "to_v.",
          "proj_out.", "to_out.0.");

  private final int lastLevel;

  /**
   * @param names all of the autoencoder's, without {@link #MODULE}
   */
  VaeNames(Set<String> names) {
    this.lastLevel =
        names.stream()
            .map(LEVEL::matcher)
            .filter(match -> match.matches() && match.group(2).equals("up"))
            .mapToInt(match -> Integer.parseInt(match.group(3)))
            .max()
            .orElse(0);
  }

  /**
   * diffusers' name and how the tensor is to be taken; empty where it has none, as for the
   * discriminator of its training.
   */
  Map<String, Part> translate(String name) {
    return rename(name)
        .map(known -> Map.of(known, isProjection(known) ? Part.WITHOUT_KERNEL : Part.WHOLE))
        .orElse(Map.of());
  }

  private static boolean isProjection(String name) {
    return name.contains(".attentions.") && name.contains(".to_") && name.endsWith(".weight");
  }

  private Optional<String> rename(String name) {
    Matcher level = LEVEL.matcher(name);
    if (level.matches()) {
      int number = Integer.parseInt(level.group(3));
      boolean up = level.group(2).equals("up");
      return Optional.of(
          "%s.%s_blocks.%d.%s"
              .formatted(
                  level.group(1),
                  level.group(2),
                  up ? lastLevel - number : number,
                  inLevel(level.group(4))));
    }
    Matcher middle = MIDDLE.matcher(name);
    if (middle.matches()) {
      int index = Integer.parseInt(middle.group(3)) - 1;
      return Optional.of(
          middle.group(1)
              + ".mid_block."
              + (middle.group(2).equals("block")
                  ? "resnets." + index + "." + inResnet(middle.group(4))
                  : "attentions." + index + "." + inAttention(middle.group(4))));
    }
    boolean known =
        name.startsWith("encoder.")
            || name.startsWith("decoder.")
            || name.startsWith("quant_conv.")
            || name.startsWith("post_quant_conv.");
    return known ? Optional.of(name.replace(".norm_out.", ".conv_norm_out.")) : Optional.empty();
  }

  private static String inLevel(String rest) {
    Matcher block = BLOCK.matcher(rest);
    if (block.matches()) {
      return "resnets.%s.%s".formatted(block.group(1), inResnet(block.group(2)));
    }
    return rest.replace("downsample.", "downsamplers.0.").replace("upsample.", "upsamplers.0.");
  }

  private static String inResnet(String rest) {
    return rest.replace("nin_shortcut.", "conv_shortcut.");
  }

  private static String inAttention(String rest) {
    for (Map.Entry<String, String> part : ATTENTION.entrySet()) {
      if (rest.startsWith(part.getKey())) {
        return part.getValue() + rest.substring(part.getKey().length());
      }
    }
    return rest;
  }
}
