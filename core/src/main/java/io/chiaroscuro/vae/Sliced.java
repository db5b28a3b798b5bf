package io.chiaroscuro.vae;

import io.chiaroscuro.nn.Layer;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A network applied to the pictures of a batch one after another, so that a batch needs the memory
 * of one picture.
 */
record Sliced(Layer network) implements Layer {

  @Override
  public Tensor forward(Tensor batch) {
    if (batch.size(0) == 1) {
      return network.forward(batch);
    }
    try (var scope = new TensorScope()) {
      TensorVector slices = new TensorVector();
      for (long i = 0; i < batch.size(0); i++) {
        slices.push_back(network.forward(batch.narrow(0, i, 1)));
      }
      return scope.keep(torch.cat(slices));
    }
  }
}
