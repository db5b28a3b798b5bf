package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.GroupNorm;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** A transformer over the positions of an image, around a skip connection. */
final class Transformer2DModel {

  private static final double NORM_EPS = 1e-6;

  private final GroupNorm norm;
  private final Layer toPositions;
  private final List<BasicTransformerBlock> blocks;
  private final Projection toImage;

  /** Back from positions to an image of the given size. */
  @FunctionalInterface
  private interface Projection {
    Tensor forward(Tensor positions, long height, long width);
  }

  Transformer2DModel(UNet2DConditionConfig config, int level, Weights weights) {
    int channels = config.blockOutChannels().get(level);
    this.norm = new GroupNorm(weights.at("norm"), config.normNumGroups(), channels, NORM_EPS);
    this.blocks =
        IntStream.range(0, config.transformerLayersPerBlock().at(level))
            .mapToObj(
                i ->
                    new BasicTransformerBlock(
                        weights.at("transformer_blocks", i),
                        channels,
                        config.crossAttentionDim().at(level),
                        config.heads(level)))
            .toList();
    if (config.useLinearProjection()) {
      var projIn = new Linear(weights.at("proj_in"), channels, channels);
      var projOut = new Linear(weights.at("proj_out"), channels, channels);
      this.toPositions = image -> projIn.forward(flatten(image));
      this.toImage = (positions, h, w) -> unflatten(projOut.forward(positions), h, w);
    } else {
      var projIn = new Conv2d(weights.at("proj_in"), channels, channels, 1);
      var projOut = new Conv2d(weights.at("proj_out"), channels, channels, 1);
      this.toPositions = image -> flatten(projIn.forward(image));
      this.toImage = (positions, h, w) -> projOut.forward(unflatten(positions, h, w));
    }
  }

  /**
   * @param x (B, channels, H, W)
   * @param encoderHiddenStates (B, M, crossAttentionDim)
   * @return (B, channels, H, W)
   */
  Tensor forward(Tensor x, Tensor encoderHiddenStates) {
    try (var scope = new TensorScope()) {
      Tensor positions = toPositions.forward(norm.forward(x));
      for (BasicTransformerBlock block : blocks) {
        positions = block.forward(positions, encoderHiddenStates);
      }
      return scope.keep(toImage.forward(positions, x.size(2), x.size(3)).add(x));
    }
  }

  private static Tensor flatten(Tensor image) {
    try (var scope = new TensorScope()) {
      return scope.keep(image.flatten(2, 3).transpose(1, 2).contiguous());
    }
  }

  private static Tensor unflatten(Tensor positions, long height, long width) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          positions
              .transpose(1, 2)
              .contiguous()
              .view(positions.size(0), positions.size(2), height, width));
    }
  }
}
