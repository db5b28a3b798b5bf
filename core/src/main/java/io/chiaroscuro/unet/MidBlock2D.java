package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.ResnetBlock2D;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** The lowest resolution between the ways down and up: {@code UNetMidBlock2DCrossAttn}. */
final class MidBlock2D {

  private final ResnetBlock2D first;
  private final Transformer2DModel attention;
  private final ResnetBlock2D second;

  MidBlock2D(UNet2DConditionConfig config, Weights weights) {
    this.first = resnet(config, weights.at("resnets.0"));
    this.attention =
        new Transformer2DModel(config, config.levels() - 1, weights.at("attentions.0"));
    this.second = resnet(config, weights.at("resnets.1"));
  }

  private static ResnetBlock2D resnet(UNet2DConditionConfig config, Weights weights) {
    int channels = config.blockOutChannels().get(config.levels() - 1);
    return ResnetBlock2D.timed(
        weights,
        channels,
        channels,
        config.timeEmbedDim(),
        config.normNumGroups(),
        config.normEps(),
        config.actFn());
  }

  Tensor forward(Tensor x, Tensor temb, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope()) {
      Tensor attended = attention.forward(first.forward(x, temb), encoderHiddenStates);
      return scope.keep(second.forward(attended, temb));
    }
  }
}
