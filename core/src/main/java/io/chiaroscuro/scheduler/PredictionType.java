package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a network's output means, and how x_0 and epsilon follow from it.
 *
 * <p>With {@code x = a x_0 + s eps} ({@link NoiseLevel}) and {@code c^2 = a^2 + s^2}:
 *
 * <pre>
 *   epsilon       x_0 = (x - s out) / a
 *   v_prediction  x_0 = (a / c^2) x - (s / c) out,   eps = (s / c^2) x + (a / c) out
 *   sample        x_0 = out,                         eps = (x - a out) / s
 * </pre>
 *
 * The variance-preserving samplers have {@code c = 1}, those in sigma-space {@code a = 1}; v is
 * that of <a href="https://arxiv.org/abs/2202.00512">Salimans and Ho, 2022</a>.
 */
public enum PredictionType {
  EPSILON {
    @Override
    public Tensor originalSample(Tensor modelOutput, Tensor sample, NoiseLevel level) {
      try (var scope = new TensorScope()) {
        return scope.keep(remainder(sample, level.noiseRate(), modelOutput, level.signalRate()));
      }
    }

    @Override
    public Tensor epsilon(Tensor modelOutput, Tensor sample, NoiseLevel level) {
      return sameStorage(modelOutput);
    }
  },

  V_PREDICTION {
    @Override
    public Tensor originalSample(Tensor modelOutput, Tensor sample, NoiseLevel level) {
      try (var scope = new TensorScope()) {
        return scope.keep(
            share(level.signalRate(), sample, level)
                .plus(-level.noiseRate() / level.norm(), modelOutput)
                .tensor());
      }
    }

    @Override
    public Tensor epsilon(Tensor modelOutput, Tensor sample, NoiseLevel level) {
      try (var scope = new TensorScope()) {
        return scope.keep(
            share(level.noiseRate(), sample, level)
                .plus(level.signalRate() / level.norm(), modelOutput)
                .tensor());
      }
    }
  },

  SAMPLE {
    @Override
    public Tensor originalSample(Tensor modelOutput, Tensor sample, NoiseLevel level) {
      return sameStorage(modelOutput);
    }

    @Override
    public Tensor epsilon(Tensor modelOutput, Tensor sample, NoiseLevel level) {
      try (var scope = new TensorScope()) {
        return scope.keep(remainder(sample, level.signalRate(), modelOutput, level.noiseRate()));
      }
    }
  };

  /** The prediction of x_0 that {@code modelOutput} at {@code sample} implies. */
  public abstract Tensor originalSample(Tensor modelOutput, Tensor sample, NoiseLevel level);

  /** The prediction of the noise in {@code sample} that {@code modelOutput} implies. */
  public abstract Tensor epsilon(Tensor modelOutput, Tensor sample, NoiseLevel level);

  /** {@code (sample - weight * part) / divisor}. */
  private static Tensor remainder(Tensor sample, float weight, Tensor part, float divisor) {
    return sample.sub(part.mul(new Scalar(weight))).div(new Scalar(divisor));
  }

  /**
   * {@code rate * sample / power}, in this order: where sigma is huge the rest of Euler's step
   * cancels, and what is left is diffusers' only if every rounding is.
   */
  private static WeightedSum share(float rate, Tensor sample, NoiseLevel level) {
    return new WeightedSum(sample.mul(new Scalar(rate)).div(new Scalar(level.power())));
  }

  /** A handle of the result's own, since the argument belongs to the caller. */
  private static Tensor sameStorage(Tensor tensor) {
    try (var scope = new TensorScope()) {
      return scope.keep(new Tensor(tensor));
    }
  }
}
