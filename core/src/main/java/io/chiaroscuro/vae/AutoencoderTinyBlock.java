package io.chiaroscuro.vae;

import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.nn.Activation;
import io.chiaroscuro.nn.Conv2d;
import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.nn.Sequential;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Three convolutions around a skip connection, rectified; shape unchanged. */
final class AutoencoderTinyBlock implements Layer {

  private final Layer conv;

  AutoencoderTinyBlock(Weights weights, int channels, Activation activation) {
    this.conv =
        new Sequential(
            List.of(
                new Conv2d(weights.at("conv.0"), channels, channels, 3)::forward,
                activation::forward,
                new Conv2d(weights.at("conv.2"), channels, channels, 3)::forward,
                activation::forward,
                new Conv2d(weights.at("conv.4"), channels, channels, 3)::forward));
  }

  @Override
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      return scope.keep(torch.relu(conv.forward(x).add(x)));
    }
  }
}
