package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.SchedulerConfig.AlgorithmType;
import io.chiaroscuro.scheduler.SchedulerConfig.SolverType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * DEIS, multistep, orders 1 to 3: <a href="https://arxiv.org/abs/2204.13902">Zhang and Chen,
 * 2022</a>, log-rho variant. The polynomial in {@code log rho}, {@code rho = sigma / alpha},
 * through the latest predictions of epsilon is integrated over rho.
 */
public final class DeisMultistepScheduler extends SigmaScheduler {

  private final Clipping clipping;

  /**
   * @throws InvalidInputException if another algorithm is asked for
   */
  public DeisMultistepScheduler(SchedulerConfig config) {
    super(config);
    if (config.algorithmType() != AlgorithmType.DEIS || config.solverType() != SolverType.LOGRHO) {
      throw new InvalidInputException(
          "The scheduler deis knows only algorithm_type deis and solver_type logrho; leave both"
              + " out.");
    }
    this.clipping = Clipping.of(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new DeisTrajectory(
        SigmaSchedule.ofSolver(
            config, trainedSigmas, config.numTrainTimesteps(), numInferenceSteps));
  }

  private final class DeisTrajectory extends NormalizedSigmaTrajectory {

    /** Predictions of epsilon. */
    private final History values = new History(config.solverOrder());

    DeisTrajectory(SigmaSchedule sigmas) {
      super(sigmas);
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      try (var scope = new TensorScope()) {
        NoiseLevel level = noiseLevel(index);
        Tensor original =
            clipping.apply(config.predictionType().originalSample(modelOutput, sample, level));
        values.push(PredictionType.SAMPLE.epsilon(original, sample, level));
        int order = MultistepOrder.at(config, index, length(), values.size());
        Tensor prev = order == 1 ? firstOrder(sample, index) : integrated(sample, index, order);
        return new StepResult(scope.keep(prev.to(modelOutput.scalar_type())), scope.keep(original));
      }
    }

    private Tensor firstOrder(Tensor sample, int index) {
      DpmSolverCoefficients weights =
          DpmSolverCoefficients.of(
              config.algorithmType(), noiseLevel(index), noiseLevel(index + 1));
      return WeightedSum.of(weights.sample(), sample).plus(weights.value(), values.get(0)).tensor();
    }

    private Tensor integrated(Tensor sample, int index, int order) {
      DeisIntegral integral = new DeisIntegral(rho(index), rho(index + 1));
      float[] nodes = new float[order];
      for (int ago = 0; ago < order; ago++) {
        nodes[ago] = rho(index - ago);
      }
      WeightedSum sum = new WeightedSum(sample.div(new Scalar(noiseLevel(index).signalRate())));
      for (int ago = 0; ago < order; ago++) {
        sum = sum.plus(integral.weight(nodes, ago), values.get(ago));
      }
      return sum.tensor().mul(new Scalar(noiseLevel(index + 1).signalRate()));
    }

    private float rho(int index) {
      NoiseLevel level = noiseLevel(index);
      return level.noiseRate() / level.signalRate();
    }

    @Override
    public void close() {
      values.close();
    }
  }
}
