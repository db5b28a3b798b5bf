package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Enlarges an image by its nearest neighbours, then convolves it. */
public final class Upsample2D {

  private final Conv2d conv;

  public Upsample2D(Weights weights, int channels) {
    this.conv = new Conv2d(weights.at("conv"), channels, channels, 3);
  }

  /** (B, channels, H, W) to (B, channels, 2H, 2W). */
  public Tensor forward(Tensor x) {
    return conv.forwardEnlarged(x);
  }

  /** (B, channels, H, W) to (B, channels, height, width). */
  public Tensor forward(Tensor x, long height, long width) {
    if (height == 2 * x.size(2) && width == 2 * x.size(3)) {
      return forward(x);
    }
    try (var scope = new TensorScope()) {
      return scope.keep(conv.forward(torch.upsample_nearest2d(x, height, width)));
    }
  }
}
