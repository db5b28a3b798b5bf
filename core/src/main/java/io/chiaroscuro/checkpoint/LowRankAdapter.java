package io.chiaroscuro.checkpoint;

import org.bytedeco.pytorch.Tensor;

/**
 * What is computed beside a layer so that it acts as if its weight were {@code W + scale up down}
 * (<a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>, eq. 3, where they are B and A).
 *
 * @param down (rank, inFeatures) beside a linear layer; beside a convolution (rank, inChannels,
 *     kernel, kernel), with the layer's own stride and padding
 * @param up (outFeatures, rank), or (outChannels, rank, 1, 1)
 * @param scale alpha / rank, times the weight that the user gives it
 */
public record LowRankAdapter(Tensor down, Tensor up, double scale) {

  /** How many directions of the input it looks at. */
  public long rank() {
    return down.size(0);
  }

  /** The same factors, weighted once more. */
  public LowRankAdapter times(double weight) {
    return new LowRankAdapter(down, up, scale * weight);
  }
}
