package io.chiaroscuro.nn;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Sinusoidal embedding of the timestep, {@code sin(t w_i)} and {@code cos(t w_i)} with {@code w_i =
 * 10000^(-i / (dim/2 - freqShift))} (<a href="https://arxiv.org/abs/2006.11239">Ho et al.
 * 2020</a>).
 *
 * @param dim length of the embedding, even
 * @param flipSinToCos whether the cosines come first
 * @param freqShift see the equation
 */
public record Timesteps(int dim, boolean flipSinToCos, double freqShift) {

  private static final double MAX_PERIOD = 10000;

  /**
   * @param timesteps float32 (B), may be fractional
   * @return float32 (B, dim)
   */
  public Tensor forward(Tensor timesteps) {
    try (var scope = new TensorScope()) {
      int half = dim / 2;
      Tensor frequency =
          torch
              .arange(new Scalar(0.0), new Scalar((double) half), timesteps.options())
              .mul(new Scalar(-Math.log(MAX_PERIOD)))
              .div(new Scalar(half - freqShift))
              .exp();
      Tensor angle = timesteps.unsqueeze(1).mul(frequency.unsqueeze(0));
      Tensor sin = torch.sin(angle);
      Tensor cos = torch.cos(angle);
      return scope.keep(
          torch.cat(flipSinToCos ? new TensorVector(cos, sin) : new TensorVector(sin, cos), -1));
    }
  }
}
