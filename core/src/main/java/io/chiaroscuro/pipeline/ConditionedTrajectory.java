package io.chiaroscuro.pipeline;

import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Inpainting with a UNet trained for it (<a href="https://arxiv.org/abs/2112.10752">Rombach et al.
 * 2022</a>, section 4.5), which sees in one tensor the latents, the mask and the latents of the
 * picture without what is masked.
 */
final class ConditionedTrajectory extends MaskedTrajectory {

  private final Tensor condition;

  /**
   * @param mask (1, 1, h, w), 1 where the picture is painted anew
   * @param maskedLatents (B, C, h, w), of the picture with grey there
   */
  ConditionedTrajectory(Trajectory steps, Tensor mask, Tensor maskedLatents) {
    super(steps);
    try (var scope = new TensorScope()) {
      Tensor masks = mask.expand(maskedLatents.size(0), -1, -1, -1);
      this.condition = scope.own(torch.cat(new TensorVector(masks, maskedLatents), 1));
    }
  }

  /** (B, C, h, w) to (B, C + 1 + C, h, w). */
  @Override
  public Tensor scaleModelInput(Tensor sample, int index) {
    try (var scope = new TensorScope()) {
      Tensor scaled = super.scaleModelInput(sample, index);
      return scope.keep(torch.cat(new TensorVector(scaled, condition), 1));
    }
  }

  @Override
  public void close() {
    super.close();
    condition.close();
  }
}
