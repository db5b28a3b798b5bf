package io.chiaroscuro.vae;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.ResnetBlock2D;
import io.chiaroscuro.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/** The lowest resolution, alike in encoder and decoder: {@code UNetMidBlock2D}. */
final class MidBlock {

  /** Of every group norm in the autoencoder. */
  static final double NORM_EPS = 1e-6;

  private MidBlock() {}

  static Layer build(AutoencoderKLConfig config, Weights weights) {
    int channels = config.blockOutChannels().get(config.levels() - 1);
    List<Layer> layers = new ArrayList<>();
    layers.add(resnet(config, weights.at("resnets.0"), channels));
    if (config.midBlockAddAttention()) {
      layers.add(
          new AttentionBlock(
              weights.at("attentions.0"), channels, config.normNumGroups(), NORM_EPS));
    }
    layers.add(resnet(config, weights.at("resnets.1"), channels));
    return new Sequential(layers);
  }

  private static Layer resnet(AutoencoderKLConfig config, Weights weights, int channels) {
    return ResnetBlock2D.timeless(
            weights, channels, channels, config.normNumGroups(), NORM_EPS, config.actFn())
        ::forward;
  }
}
