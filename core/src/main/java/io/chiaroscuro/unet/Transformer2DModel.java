package io.chiaroscuro.unet;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.GroupNorm;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.Linear;
import io.chiaroscuro.nn.Positions;
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

  /** Back from positions to an image like another. */
  @FunctionalInterface
  private interface Projection {
    Tensor forward(Tensor positions, Tensor like);
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
      this.toPositions = image -> projIn.forward(Positions.of(image));
      this.toImage = (positions, like) -> Positions.toImage(projOut.forward(positions), like);
    } else {
      var projIn = new Conv2d(weights.at("proj_in"), channels, channels, 1);
      var projOut = new Conv2d(weights.at("proj_out"), channels, channels, 1);
      this.toPositions = image -> Positions.of(projIn.forward(image));
      this.toImage = (positions, like) -> projOut.forward(Positions.toImage(positions, like));
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
      return scope.keep(toImage.forward(positions, x).add(x));
    }
  }
}
