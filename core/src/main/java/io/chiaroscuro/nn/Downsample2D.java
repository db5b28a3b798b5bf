package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Halves an image by a convolution of stride two. */
public final class Downsample2D {

  private final Conv2d conv;
  private final int padding;

  /**
   * @param padding one on every side; or zero, and then one row and column are added below and at
   *     the right, as the autoencoder does
   */
  public Downsample2D(Weights weights, int channels, int padding) {
    this.conv = new Conv2d(weights.at("conv"), channels, channels, 3, 2, padding);
    this.padding = padding;
  }

  /** (B, channels, H, W) to (B, channels, H/2, W/2), rounded up if padded by one, else down. */
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(conv.forward(padding == 0 ? torch.constant_pad_nd(x, 0, 1, 0, 1) : x));
    }
  }
}
