package io.chiaroscuro.pipeline;

import io.chiaroscuro.scheduler.StepResult;
import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Inpainting with an ordinary UNet: after each step, what is kept of the picture is put back at the
 * noise level that was reached, {@code (1 - m) (a x_0 + s eps) + m x} with the mask m, and after
 * the last step without noise.
 */
final class BlendedTrajectory extends MaskedTrajectory {

  private final Tensor mask;
  private final Tensor kept;
  private final Tensor original;
  private final Tensor noise;

  /**
   * @param mask (1, 1, h, w), 1 where the picture is painted anew
   * @param original the picture's latents, (B, C, h, w)
   * @param noise unit normal, of that shape: the one that the run starts from
   */
  BlendedTrajectory(Trajectory steps, Tensor mask, Tensor original, Tensor noise) {
    super(steps);
    try (var scope = new TensorScope()) {
      this.mask = scope.own(mask.clone());
      this.kept = scope.own(mask.neg().add(new Scalar(1)));
      this.original = scope.own(original.clone());
      this.noise = scope.own(noise.clone());
    }
  }

  @Override
  public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
    try (var scope = new TensorScope()) {
      StepResult step = super.step(modelOutput, index, sample, generator);
      Tensor proper = index + 1 < length() ? noiseLevel(index + 1).mix(original, noise) : original;
      return new StepResult(
          scope.keep(blend(proper, step.prevSample())),
          scope.keep(blend(original, step.predOriginalSample())));
    }
  }

  private Tensor blend(Tensor outside, Tensor inside) {
    try (var scope = new TensorScope()) {
      return scope.keep(kept.mul(outside).add(mask.mul(inside)));
    }
  }

  @Override
  public void close() {
    super.close();
    mask.close();
    kept.close();
    original.close();
    noise.close();
  }
}
