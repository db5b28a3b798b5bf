package io.chiaroscuro.unet;

import io.chiaroscuro.nn.Timesteps;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * The guidance scale as a UNet is told it that was distilled to follow it in one prediction (<a
 * href="https://arxiv.org/abs/2210.03142">Meng et al., 2022</a>): sines and cosines of {@code 1000
 * w}, w being the scale less 1, as for a timestep.
 */
public final class GuidanceEmbedding {

  private GuidanceEmbedding() {}

  /**
   * @param guidanceScale 1 for none
   * @param dim the UNet's {@code time_cond_proj_dim}
   * @return float32 (batch, dim), all rows alike
   */
  public static Tensor of(double guidanceScale, int dim, int batch) {
    try (var scope = new TensorScope()) {
      float[] scales = new float[batch];
      Arrays.fill(scales, (float) (guidanceScale - 1) * 1000);
      return scope.keep(new Timesteps(dim, false, 1).forward(Tensors.of(scales, batch)));
    }
  }
}
