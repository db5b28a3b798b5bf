package io.chiaroscuro.scheduler;

import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The linear multistep method in sigma-space, up to fourth order, as k-diffusion's {@code lms}: the
 * integral over the step of the polynomial through the latest slopes of the probability flow.
 */
public final class LmsScheduler extends SigmaScheduler {

  private static final int ORDER = 4;

  /** Of Gauss and Legendre's quadrature, which for two points is exact up to degree 3. */
  private static final double ABSCISSA = 1 / Math.sqrt(3);

  public LmsScheduler(SchedulerConfig config) {
    super(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new LmsTrajectory(SigmaSchedule.spread(config, trainedSigmas, numInferenceSteps));
  }

  private final class LmsTrajectory extends SigmaSpaceTrajectory {

    private final History slopes = new History(ORDER);

    LmsTrajectory(SigmaSchedule sigmas) {
      super(sigmas, config.timestepSpacing());
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      try (var scope = new TensorScope()) {
        Tensor x = single(sample);
        Tensor original = config.predictionType().originalSample(modelOutput, x, noiseLevel(index));
        slopes.push(slope(original, x, index));
        WeightedSum prev = new WeightedSum(x);
        for (int ago = 0; ago < slopes.size(); ago++) {
          prev = prev.plus(weight(index, ago), slopes.get(ago));
        }
        return new StepResult(
            scope.keep(prev.tensor().to(modelOutput.scalar_type())), scope.keep(original));
      }
    }

    /** The integral over this step of the polynomial that is 1 at one of the slopes, else 0. */
    private float weight(int index, int ago) {
      double middle = ((double) sigma(index + 1) + sigma(index)) / 2;
      double half = ((double) sigma(index + 1) - sigma(index)) / 2;
      return (float)
          (half
              * (basis(index, ago, middle - half * ABSCISSA)
                  + basis(index, ago, middle + half * ABSCISSA)));
    }

    private double basis(int index, int ago, double sigma) {
      double product = 1;
      for (int k = 0; k < slopes.size(); k++) {
        if (k != ago) {
          product *= (sigma - sigma(index - k)) / ((double) sigma(index - ago) - sigma(index - k));
        }
      }
      return product;
    }

    @Override
    public void close() {
      slopes.close();
    }
  }
}
