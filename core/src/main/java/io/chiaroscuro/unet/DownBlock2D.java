package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Downsample2D;
import io.chiaroscuro.nn.ResnetBlock2D;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** One level on the way down, with attention ({@code CrossAttnDownBlock2D}) or without. */
final class DownBlock2D {

  private final List<ResnetBlock2D> resnets;
  private final List<Transformer2DModel> attentions;
  private final Downsample2D downsampler;
  private final Segments segments;

  DownBlock2D(UNet2DConditionConfig config, int level, Weights weights, Segments segments) {
    this.segments = segments;
    int channels = config.blockOutChannels().get(level);
    int above = config.blockOutChannels().get(Math.max(level - 1, 0));
    int layers = config.layersPerBlock().at(level);
    boolean attends =
        config.downBlockTypes().get(level).equals(UNet2DConditionConfig.CROSS_ATTN_DOWN);
    this.resnets =
        IntStream.range(0, layers)
            .mapToObj(
                i ->
                    ResnetBlock2D.timed(
                        weights.at("resnets", i),
                        i == 0 ? above : channels,
                        channels,
                        config.timeEmbedDim(),
                        config.normNumGroups(),
                        config.normEps(),
                        config.actFn()))
            .toList();
    this.attentions =
        IntStream.range(0, attends ? layers : 0)
            .mapToObj(i -> new Transformer2DModel(config, level, weights.at("attentions", i)))
            .toList();
    this.downsampler =
        level == config.levels() - 1
            ? null
            : new Downsample2D(weights.at("downsamplers.0"), channels, config.downsamplePadding());
  }

  /**
   * @param skips receives every layer's output, for the way up
   * @return the last of them
   */
  Tensor forward(Tensor x, Tensor temb, Tensor encoderHiddenStates, Deque<Tensor> skips) {
    Tensor hidden = x;
    for (int i = 0; i < resnets.size(); i++) {
      int index = i;
      hidden =
          segments.run(in -> layer(index, in[0], in[1], in[2]), hidden, temb, encoderHiddenStates);
      skips.push(hidden);
    }
    if (downsampler != null) {
      hidden = segments.run(in -> downsampler.forward(in[0]), hidden);
      skips.push(hidden);
    }
    return hidden;
  }

  private Tensor layer(int i, Tensor x, Tensor temb, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope()) {
      Tensor hidden = resnets.get(i).forward(x, temb);
      if (!attentions.isEmpty()) {
        hidden = attentions.get(i).forward(hidden, encoderHiddenStates);
      }
      return scope.keep(hidden);
    }
  }
}
