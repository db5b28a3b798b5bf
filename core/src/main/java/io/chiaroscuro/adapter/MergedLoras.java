package io.chiaroscuro.adapter;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.LowRankAdapter;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * LoRAs as a part of the weights: {@code W' = W + sum_i scale_i up_i down_i}, summed in float32 and
 * rounded to the weights' type once, whatever the number of LoRAs. A step then costs what it costs
 * without them.
 *
 * <p>The tensors there were before are set aside, not computed back, so that the networks are what
 * they were to the last bit once this is closed.
 *
 * <pre>{@code
 * try (var merged = MergedLoras.merge(List.of(new WeightedLora(lora, LoraWeight.of(0.8))))) {
 *   ... // pictures with it
 * }
 * }</pre>
 */
public final class MergedLoras implements AutoCloseable {

  /**
   * @param weight what the layer computes with
   * @param before the tensor that stood there
   * @param merged the one that stands there now
   */
  private record Replaced(Tensor weight, Tensor before, Tensor merged) {}

  private final Deque<Replaced> replaced = new ArrayDeque<>();

  private MergedLoras() {}

  /**
   * Merges all of them. Those that lie beside the layers are {@linkplain Lora#detach detached}.
   *
   * @param loras of the same networks; may be closed once they are merged
   * @return to be closed before other LoRAs that were merged earlier, and before the networks
   */
  public static MergedLoras merge(List<WeightedLora> loras) {
    loras.forEach(weighted -> weighted.lora().detach());
    MergedLoras merged = new MergedLoras();
    try {
      additions(loras).forEach(merged::add);
      return merged;
    } catch (RuntimeException e) {
      merged.close();
      throw e;
    }
  }

  /** What is added to each weight. */
  private static Map<Tensor, List<LowRankAdapter>> additions(List<WeightedLora> loras) {
    Map<Tensor, List<LowRankAdapter>> additions = new IdentityHashMap<>();
    for (WeightedLora weighted : loras) {
      weighted
          .lora()
          .adapters()
          .forEach(
              (component, ofLayers) ->
                  ofLayers.forEach(
                      (layer, adapter) ->
                          additions
                              .computeIfAbsent(
                                  weightOf(weighted.lora(), component, layer),
                                  weight -> new ArrayList<>())
                              .add(adapter.times(weighted.weight().in(component)))));
    }
    return additions;
  }

  private static Tensor weightOf(Lora lora, Component component, String layer) {
    Weights network = lora.networks().get(component);
    return network.tensors().get(layer + ".weight");
  }

  private void add(Tensor weight, List<LowRankAdapter> adapters) {
    try (var scope = new TensorScope();
        var noGrad = new NoGradGuard()) {
      Tensor sum = weight.to(DType.FLOAT32.torch());
      for (LowRankAdapter adapter : adapters) {
        sum = sum.add(product(adapter, weight), new Scalar(adapter.scale()));
      }
      Tensor before = scope.own(new Tensor(weight));
      Tensor merged = scope.own(sum.to(weight.scalar_type()));
      // The handle that the layer holds is given another tensor; the one it had is not touched.
      weight.put(merged);
      replaced.push(new Replaced(weight, before, merged));
    }
  }

  /** {@code up down} as one matrix or kernel of the weight's shape. */
  private static Tensor product(LowRankAdapter adapter, Tensor weight) {
    try (var scope = new TensorScope()) {
      Tensor up = adapter.up().to(weight.device(), DType.FLOAT32.torch()).flatten(1, -1);
      Tensor down = adapter.down().to(weight.device(), DType.FLOAT32.torch()).flatten(1, -1);
      return scope.keep(up.matmul(down).view(Tensors.shape(weight)));
    }
  }

  /**
   * Gives each layer back the tensor that it had.
   *
   * @throws IllegalStateException if other LoRAs were merged since and still are
   */
  @Override
  public void close() {
    while (!replaced.isEmpty()) {
      Replaced last = replaced.peek();
      if (last.weight().unsafeGetTensorImpl().address()
          != last.merged().unsafeGetTensorImpl().address()) {
        throw new IllegalStateException("LoRAs that were merged later are closed first.");
      }
      last.weight().put(last.before());
      last.before().close();
      last.merged().close();
      replaced.pop();
    }
  }
}
