package io.chiaroscuro.pipeline;

import io.chiaroscuro.scheduler.Trajectory;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Where a trajectory starts, before the multiplication by {@code init_noise_sigma}. */
@FunctionalInterface
interface Start {

  /** The result is kept in the caller's scope. */
  Tensor of(Trajectory trajectory);

  /** From noise alone. */
  static Start noise(Tensor noise) {
    return trajectory -> noise;
  }

  /** Where another trajectory has come to. */
  static Start at(Tensor latents) {
    return trajectory -> unscaled(latents, trajectory);
  }

  /** From noise and what stands for x_0, in the proportion of the trajectory's first timestep. */
  static Start leak(Tensor noise, Tensor original) {
    return trajectory -> {
      try (var scope = new TensorScope()) {
        return scope.keep(unscaled(trajectory.initialLatents(noise, original), trajectory));
      }
    };
  }

  private static Tensor unscaled(Tensor latents, Trajectory trajectory) {
    try (var scope = new TensorScope()) {
      return scope.keep(latents.div(new Scalar(trajectory.initNoiseSigma())));
    }
  }
}
