package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.ResnetBlock2D;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.nn.Upsample2D;
import io.chiaroscuro.tensor.TensorScope;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** One level on the way up, with attention ({@code CrossAttnUpBlock2D}) or without. */
final class UpBlock2D {

  private final List<ResnetBlock2D> resnets;
  private final List<Transformer2DModel> attentions;
  private final Upsample2D upsampler;
  private final Segments segments;

  /**
   * @param index counted from the lowest resolution
   */
  UpBlock2D(UNet2DConditionConfig config, int index, Weights weights, Segments segments) {
    this.segments = segments;
    List<Integer> channelsOf = config.blockOutChannels();
    int level = config.levels() - 1 - index;
    int channels = channelsOf.get(level);
    int below = channelsOf.get(Math.min(level + 1, config.levels() - 1));
    int above = channelsOf.get(Math.max(level - 1, 0));
    int layers = config.layersPerBlock().at(level) + 1;
    boolean attends = config.upBlockTypes().get(index).equals(UNet2DConditionConfig.CROSS_ATTN_UP);
    this.resnets =
        IntStream.range(0, layers)
            .mapToObj(
                i ->
                    ResnetBlock2D.timed(
                        weights.at("resnets", i),
                        // The last skip comes from the level above: it is what entered this one.
                        (i == 0 ? below : channels) + (i == layers - 1 ? above : channels),
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
    this.upsampler = level == 0 ? null : new Upsample2D(weights.at("upsamplers.0"), channels);
  }

  /**
   * @param skips what {@link DownBlock2D} pushed; each layer takes one
   */
  Tensor forward(Tensor x, Tensor temb, Tensor encoderHiddenStates, Deque<Tensor> skips) {
    try (var scope = new TensorScope()) {
      Tensor hidden = x;
      for (int i = 0; i < resnets.size(); i++) {
        int index = i;
        hidden =
            segments.run(
                in -> layer(index, in[0], in[1], in[2], in[3]),
                hidden,
                skips.pop(),
                temb,
                encoderHiddenStates);
      }
      if (upsampler != null) {
        // Where a size was odd on the way down, doubling would miss the next skip's size.
        long height = skips.peek().size(2);
        long width = skips.peek().size(3);
        hidden = segments.run(in -> upsampler.forward(in[0], height, width), hidden);
      }
      return scope.keep(hidden);
    }
  }

  private Tensor layer(int i, Tensor x, Tensor skip, Tensor temb, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope()) {
      Tensor hidden = resnets.get(i).forward(torch.cat(new TensorVector(x, skip), 1), temb);
      if (!attentions.isEmpty()) {
        hidden = attentions.get(i).forward(hidden, encoderHiddenStates);
      }
      return scope.keep(hidden);
    }
  }
}
