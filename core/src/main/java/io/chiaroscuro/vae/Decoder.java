package io.chiaroscuro.vae;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.GroupNorm;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.ResnetBlock2D;
import io.chiaroscuro.nn.Sequential;
import io.chiaroscuro.nn.Upsample2D;
import java.util.ArrayList;
import java.util.List;

/** From latents (B, 4, h, w) to images (B, 3, 8h, 8w). */
final class Decoder {

  private Decoder() {}

  static Layer build(AutoencoderKLConfig config, Weights weights) {
    List<Integer> channelsOf = config.blockOutChannels();
    int groups = config.normNumGroups();
    int channels = channelsOf.get(config.levels() - 1);
    List<Layer> layers = new ArrayList<>();
    layers.add(new Conv2d(weights.at("conv_in"), config.latentChannels(), channels, 3)::forward);
    layers.add(MidBlock.build(config, weights.at("mid_block")));
    for (int level = config.levels() - 1; level >= 0; level--) {
      Weights block = weights.at("up_blocks", config.levels() - 1 - level);
      for (int i = 0; i <= config.layersPerBlock(); i++) {
        layers.add(
            ResnetBlock2D.timeless(
                    block.at("resnets", i),
                    channels,
                    channelsOf.get(level),
                    groups,
                    MidBlock.NORM_EPS,
                    config.actFn())
                ::forward);
        channels = channelsOf.get(level);
      }
      if (level > 0) {
        layers.add(new Upsample2D(block.at("upsamplers.0"), channels)::forward);
      }
    }
    layers.add(
        new GroupNorm(weights.at("conv_norm_out"), groups, channels, MidBlock.NORM_EPS)::forward);
    layers.add(Activation.SILU::forward);
    layers.add(new Conv2d(weights.at("conv_out"), channels, config.outChannels(), 3)::forward);
    return new Sequential(layers);
  }
}
