package io.chiaroscuro.nn;

import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.profile.Operator;
import io.chiaroscuro.profile.Profile;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** A layer with its low-rank adapters: {@code y + sum_i scale_i up_i(down_i(x))}. */
final class Adapted {

  private Adapted() {}

  /**
   * Adapters compute in their own type: those in training are float32 whatever the layer is.
   *
   * @param y what the layer alone makes of {@code x}; returned as it is without adapters
   * @param down applies an adapter's {@code down} to an input
   * @param up applies an adapter's {@code up} to what {@code down} has yielded
   */
  static Tensor output(
      Tensor y,
      Tensor x,
      List<LowRankAdapter> adapters,
      BinaryOperator<Tensor> down,
      BinaryOperator<Tensor> up) {
    return adapters.isEmpty()
        ? y
        : Profile.operator(Operator.ADAPTER, () -> added(y, x, adapters, down, up));
  }

  private static Tensor added(
      Tensor y,
      Tensor x,
      List<LowRankAdapter> adapters,
      BinaryOperator<Tensor> down,
      BinaryOperator<Tensor> up) {
    try (var scope = new TensorScope()) {
      Tensor sum = y;
      for (LowRankAdapter adapter : adapters) {
        Tensor input = x.to(adapter.down().scalar_type());
        Tensor addition = up.apply(down.apply(input, adapter.down()), adapter.up());
        sum = sum.add(addition, new Scalar(adapter.scale()));
      }
      return scope.keep(sum.to(y.scalar_type()));
    }
  }
}
