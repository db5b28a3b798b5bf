package io.chiaroscuro.original;

import io.chiaroscuro.checkpoint.TensorLocation.Part;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The UNet's names. Its authors number the blocks of the way down and up in one list each, in which
 * a residual block with its attention, a downsampling and the first convolution count alike;
 * diffusers numbers by level. Inside the transformers the names are the same.
 */
final class UNetNames {

  static final String MODULE = "model.diffusion_model.";

  private static final Map<String, String> ENDS =
      Map.of(
          "input_blocks.0.0.", "conv_in.",
          "time_embed.0.", "time_embedding.linear_1.",
          "time_embed.2.", "time_embedding.linear_2.",
          // XL's sizes and pooled text
          "label_emb.0.0.", "add_embedding.linear_1.",
          "label_emb.0.2.", "add_embedding.linear_2.",
          "out.0.", "conv_norm_out.",
          "out.2.", "conv_out.");

  /** By their places in lists whose other members have no weights. */
  private static final Map<String, String> RESNET =
      Map.of(
          "in_layers.0.", "norm1.",
          "in_layers.2.", "conv1.",
          "emb_layers.1.", "time_emb_proj.",
          "out_layers.0.", "norm2.",
          "out_layers.3.", "conv2.", // 2 is a dropout
          "skip_connection.", "conv_shortcut.");

  private static final Pattern MIDDLE = Pattern.compile("middle_block\\.(\\d{1,3})\\.(.+)");
  private static final Pattern BLOCK =
      Pattern.compile("(input|output)_blocks\\.(\\d{1,3})\\.\\d\\.(.+)");
  private static final Pattern DOWNSAMPLER =
      Pattern.compile("input_blocks\\.(\\d{1,3})\\.0\\.op\\.weight");

  private final int blocksPerLevel;

  /**
   * @param names all of the UNet's, without {@link #MODULE}; the first downsampling among them
   *     tells how many blocks a level has
   */
  UNetNames(Set<String> names) {
    this.blocksPerLevel =
        names.stream()
            .map(DOWNSAMPLER::matcher)
            .filter(Matcher::matches)
            .mapToInt(match -> Integer.parseInt(match.group(1)))
            .min()
            .orElse(Integer.MAX_VALUE);
  }

  /** diffusers' name; its own where diffusers has none, so that the network refuses it. */
  Map<String, Part> translate(String name) {
    return Map.of(rename(name).orElse(name), Part.WHOLE);
  }

  private Optional<String> rename(String name) {
    for (Map.Entry<String, String> end : ENDS.entrySet()) {
      if (name.startsWith(end.getKey())) {
        return Optional.of(end.getValue() + name.substring(end.getKey().length()));
      }
    }
    Matcher middle = MIDDLE.matcher(name);
    if (middle.matches()) {
      // Residual block, attention, residual block.
      int index = Integer.parseInt(middle.group(1)) / 2;
      return Optional.of("mid_block." + inBlock(middle.group(2), index));
    }
    Matcher block = BLOCK.matcher(name);
    return block.matches()
        ? inLevel(block.group(1).equals("input"), Integer.parseInt(block.group(2)), block.group(3))
        : Optional.empty();
  }

  private Optional<String> inLevel(boolean down, int number, String rest) {
    int index = down ? number - 1 : number; // The first convolution is block 0 on the way down.
    if (index < 0) {
      return Optional.empty();
    }
    String level = (down ? "down_blocks." : "up_blocks.") + index / blocksPerLevel + ".";
    if (rest.startsWith("op.")) {
      return Optional.of(level + "downsamplers.0.conv." + rest.substring(3));
    }
    if (rest.startsWith("conv.")) {
      return Optional.of(level + "upsamplers.0." + rest);
    }
    return Optional.of(level + inBlock(rest, index % blocksPerLevel));
  }

  private static String inBlock(String rest, int index) {
    for (Map.Entry<String, String> part : RESNET.entrySet()) {
      if (rest.startsWith(part.getKey())) {
        return "resnets.%d.%s%s"
            .formatted(index, part.getValue(), rest.substring(part.getKey().length()));
      }
    }
    return "attentions.%d.%s".formatted(index, rest);
  }
}
