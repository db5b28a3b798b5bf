package io.chiaroscuro.vae;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.Downsample2D;
import io.chiaroscuro.nn.GroupNorm;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.ResnetBlock2D;
import io.chiaroscuro.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/** From images (B, 3, H, W) to the parameters of their latents' distribution, (B, 8, H/8, W/8). */
final class Encoder {

  private Encoder() {}

  static Layer build(AutoencoderKLConfig config, Weights weights) {
    List<Integer> channelsOf = config.blockOutChannels();
    int groups = config.normNumGroups();
    int lowest = channelsOf.get(config.levels() - 1);
    List<Layer> layers = new ArrayList<>();
    layers.add(
        new Conv2d(weights.at("conv_in"), config.inChannels(), channelsOf.get(0), 3)::forward);
    int channels = channelsOf.get(0);
    for (int level = 0; level < config.levels(); level++) {
      Weights block = weights.at("down_blocks", level);
      for (int i = 0; i < config.layersPerBlock(); i++) {
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
      if (level < config.levels() - 1) {
        layers.add(new Downsample2D(block.at("downsamplers.0"), channels, 0)::forward);
      }
    }
    layers.add(MidBlock.build(config, weights.at("mid_block")));
    layers.add(
        new GroupNorm(weights.at("conv_norm_out"), groups, lowest, MidBlock.NORM_EPS)::forward);
    layers.add(Activation.SILU::forward);
    layers.add(new Conv2d(weights.at("conv_out"), lowest, 2 * config.latentChannels(), 3)::forward);
    return new Sequential(layers);
  }
}
