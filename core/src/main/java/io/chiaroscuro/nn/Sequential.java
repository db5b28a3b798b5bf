package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Layers one after another; what lies between two is freed as soon as the second has run. */
public final class Sequential implements Layer {

  private final List<Layer> layers;

  /**
   * @param layers at least one
   */
  public Sequential(List<Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("A sequence needs a layer.");
    }
    this.layers = List.copyOf(layers);
  }

  @Override
  public Tensor forward(Tensor x) {
    try (var scope = new TensorScope()) {
      Tensor current = layers.get(0).forward(x);
      for (Layer layer : layers.subList(1, layers.size())) {
        Tensor next = layer.forward(current);
        current.close();
        current = next;
      }
      return scope.keep(current);
    }
  }
}
