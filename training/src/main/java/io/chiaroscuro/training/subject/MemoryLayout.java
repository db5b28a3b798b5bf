package io.chiaroscuro.training.subject;

import io.chiaroscuro.tensor.TensorScope;
import java.util.Collection;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How tensors lie in memory, which changes nothing but the speed. */
public final class MemoryLayout {

  private MemoryLayout() {}

  /**
   * Puts the channels of kernels innermost; convolutions on the CPU then need no reordering of
   * pictures, since what they put out is laid out alike.
   *
   * @param weights changed in place; those that are no kernels stay as they are
   */
  public static void channelsLast(Collection<Tensor> weights) {
    try (var scope = new TensorScope()) {
      for (Tensor weight : weights) {
        if (weight.dim() == 4) {
          weight.__dispatch_set_data(weight.contiguous(torch.MemoryFormat.ChannelsLast));
        }
      }
    }
  }
}
