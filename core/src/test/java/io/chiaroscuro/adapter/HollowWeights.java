package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.WeightSource;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Tensors of any shape that take no memory: one zero, seen everywhere. */
final class HollowWeights implements WeightSource {

  static Weights create() {
    return new Weights(new HollowWeights(), DType.FLOAT32, Device.CPU);
  }

  @Override
  public boolean has(String name) {
    return true;
  }

  @Override
  public Tensor read(String name, long... shape) {
    try (var scope = new TensorScope()) {
      return scope.keep(Tensors.zeros(DType.FLOAT32, 1).expand(shape));
    }
  }

  @Override
  public List<String> unread(String prefix) {
    return List.of();
  }

  @Override
  public String description() {
    return "nothing";
  }

  @Override
  public void close() {}
}
