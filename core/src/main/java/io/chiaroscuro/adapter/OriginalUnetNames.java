package io.chiaroscuro.adapter;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A UNet's layers as the original code numbers them: its blocks are one list down and one up, where
 * diffusers has a list of lists. kohya's scripts train Stable Diffusion XL under these names.
 */
final class OriginalUnetNames {

  private static final Pattern BLOCK =
      Pattern.compile(
          "(down|up)_blocks\\.(\\d+)\\.(resnets|attentions|downsamplers|upsamplers)\\.(\\d+)\\.(.+)");

  private static final Pattern MIDDLE =
      Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.+)");

  private static final Map<String, String> OUTSIDE_OF_BLOCKS =
      Map.of(
          "conv_in", "input_blocks.0.0",
          "conv_out", "out.2",
          "time_embedding.linear_1", "time_embed.0",
          "time_embedding.linear_2", "time_embed.2",
          "add_embedding.linear_1", "label_emb.0.0",
          "add_embedding.linear_2", "label_emb.0.2");

  private static final Map<String, String> IN_RESNETS =
      Map.of(
          "conv1", "in_layers.2",
          "time_emb_proj", "emb_layers.1",
          "conv2", "out_layers.3",
          "conv_shortcut", "skip_connection");

  private final Set<String> blocks = new TreeSet<>();
  private final int layersPerBlock;

  /**
   * @param layers of one UNet, as diffusers calls them
   */
  OriginalUnetNames(Collection<String> layers) {
    layers.stream()
        .map(BLOCK::matcher)
        .filter(Matcher::matches)
        .forEach(m -> blocks.add(m.group().substring(0, m.start(5) - 1)));
    this.layersPerBlock =
        (int) blocks.stream().filter(name -> name.startsWith("down_blocks.0.resnets.")).count();
  }

  /**
   * For example {@code input_blocks.4.1.proj_in} for {@code down_blocks.1.attentions.0.proj_in}.
   */
  String of(String layer) {
    Matcher block = BLOCK.matcher(layer);
    if (block.matches()) {
      return inBlock(
          block.group(1),
          Integer.parseInt(block.group(2)),
          block.group(3),
          Integer.parseInt(block.group(4)),
          block.group(5));
    }
    Matcher middle = MIDDLE.matcher(layer);
    if (middle.matches()) {
      boolean resnet = middle.group(1).equals("resnets");
      int place = resnet ? 2 * Integer.parseInt(middle.group(2)) : 1;
      return "middle_block.%d.%s"
          .formatted(place, resnet ? inResnet(middle.group(3)) : middle.group(3));
    }
    return OUTSIDE_OF_BLOCKS.getOrDefault(layer, layer);
  }

  private String inBlock(String way, int block, String kind, int index, String rest) {
    // Down, a block's downsampler follows as one more; up, the upsampler is part of the last.
    int first = block * (layersPerBlock + 1);
    String list = way.equals("down") ? "input_blocks" : "output_blocks";
    int number = way.equals("down") ? 1 + first + index : first + index;
    return switch (kind) {
      case "resnets" -> "%s.%d.0.%s".formatted(list, number, inResnet(rest));
      case "attentions" -> "%s.%d.1.%s".formatted(list, number, rest);
      case "downsamplers" -> "%s.%d.0.op".formatted(list, first + layersPerBlock + 1);
      default -> {
        int place = blocks.contains("up_blocks.%d.attentions.0".formatted(block)) ? 2 : 1;
        yield "%s.%d.%d.%s".formatted(list, first + layersPerBlock, place, rest);
      }
    };
  }

  private static String inResnet(String layer) {
    return IN_RESNETS.getOrDefault(layer, layer);
  }
}
