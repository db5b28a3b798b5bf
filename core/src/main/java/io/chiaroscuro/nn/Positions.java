package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/** An image as the sequence of its positions, row by row, and back. */
public final class Positions {

  private Positions() {}

  /** (B, channels, H, W) to (B, H W, channels), without copying where channels lie innermost. */
  public static Tensor of(Tensor image) {
    try (var scope = new TensorScope()) {
      return scope.keep(image.flatten(2, 3).transpose(1, 2).contiguous());
    }
  }

  /**
   * (B, H W, channels) to (B, channels, H, W).
   *
   * @param like (B, any, H, W): of its size and memory layout the image will be
   */
  public static Tensor toImage(Tensor positions, Tensor like) {
    try (var scope = new TensorScope()) {
      return scope.keep(
          positions
              .transpose(1, 2)
              .unflatten(2, like.size(2), like.size(3))
              .contiguous(like.suggest_memory_format()));
    }
  }
}
