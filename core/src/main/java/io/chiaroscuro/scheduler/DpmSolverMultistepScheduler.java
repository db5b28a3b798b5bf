package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.SchedulerConfig.AlgorithmType;
import io.chiaroscuro.scheduler.SchedulerConfig.FinalSigmasType;
import io.chiaroscuro.scheduler.SchedulerConfig.SolverType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * DPM-Solver and DPM-Solver++, multistep, orders 1 to 3: <a
 * href="https://arxiv.org/abs/2206.00927">Lu et al., 2022a</a> and <a
 * href="https://arxiv.org/abs/2211.01095">2022b</a>. The model's values at the latest noise levels
 * give the derivatives of a Taylor polynomial in lambda; the order rises with the number of values
 * and may fall again towards the end.
 */
public final class DpmSolverMultistepScheduler extends SigmaScheduler {

  private final Clipping clipping;

  /**
   * @throws InvalidInputException if the settings contradict each other
   */
  public DpmSolverMultistepScheduler(SchedulerConfig config) {
    super(config);
    AlgorithmType algorithm = config.algorithmType();
    if (!algorithm.inTermsOfOriginal() && config.finalSigmasType() == FinalSigmasType.ZERO) {
      throw new InvalidInputException(
          "The scheduler's final_sigmas_type cannot be zero with algorithm_type dpmsolver or"
              + " sde-dpmsolver; choose sigma_min or dpmsolver++.");
    }
    if (algorithm == AlgorithmType.SDE_DPMSOLVER && config.solverOrder() == 3) {
      throw new InvalidInputException(
          "The scheduler's solver_order cannot be 3 with algorithm_type sde-dpmsolver; choose 1 or"
              + " 2.");
    }
    if (config.solverType() != SolverType.MIDPOINT && config.solverType() != SolverType.HEUN) {
      throw new InvalidInputException(
          "The scheduler's solver_type cannot be %s; it must be midpoint or heun."
              .formatted(config.solverType()));
    }
    this.clipping = Clipping.of(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new DpmSolverTrajectory(
        SigmaSchedule.ofSolver(
            config,
            trainedSigmas,
            SigmaSchedule.visitable(config, trainedSigmas),
            numInferenceSteps));
  }

  private final class DpmSolverTrajectory extends NormalizedSigmaTrajectory {

    private final History values = new History(config.solverOrder());

    DpmSolverTrajectory(SigmaSchedule sigmas) {
      super(sigmas);
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      try (var scope = new TensorScope()) {
        NoiseLevel level = noiseLevel(index);
        Tensor original =
            clipping.apply(config.predictionType().originalSample(modelOutput, sample, level));
        values.push(
            config.algorithmType().inTermsOfOriginal()
                ? original
                : epsilon(modelOutput, original, sample, level));
        DpmSolverCoefficients weights =
            DpmSolverCoefficients.of(config.algorithmType(), level, noiseLevel(index + 1));
        WeightedSum prev =
            WeightedSum.of(weights.sample(), sample.to(DType.FLOAT32.torch()))
                .plus(weights.value(), values.get(0));
        prev =
            switch (order(index)) {
              case 1 -> prev;
              case 2 -> secondOrder(prev, weights, index);
              default -> thirdOrder(prev, weights, index);
            };
        if (config.algorithmType().isStochastic()) {
          prev = prev.plus(weights.noise(), Noise.single(modelOutput, generator));
        }
        return new StepResult(
            scope.keep(prev.tensor().to(modelOutput.scalar_type())), scope.keep(original));
      }
    }

    /** epsilon, agreeing with the thresholded x_0 where there is a threshold. */
    private Tensor epsilon(Tensor modelOutput, Tensor original, Tensor sample, NoiseLevel level) {
      return config.thresholding()
          ? PredictionType.SAMPLE.epsilon(original, sample, level)
          : config.predictionType().epsilon(modelOutput, sample, level);
    }

    private int order(int index) {
      boolean finalStepIsFirstOrder =
          config.eulerAtFinal() || config.finalSigmasType() == FinalSigmasType.ZERO;
      return index == length() - 1 && finalStepIsFirstOrder
          ? 1
          : MultistepOrder.at(config, index, length(), values.size());
    }

    private WeightedSum secondOrder(WeightedSum prev, DpmSolverCoefficients weights, int index) {
      float weight =
          config.solverType() == SolverType.MIDPOINT ? weights.midpoint() : weights.slope();
      return prev.plus(weight, slope(index, 0));
    }

    private WeightedSum thirdOrder(WeightedSum prev, DpmSolverCoefficients weights, int index) {
      float r0 = ratio(index, 0);
      float r1 = ratio(index, 1);
      Tensor latest = slope(index, 0);
      Tensor difference = latest.sub(slope(index, 1));
      Tensor first = latest.add(difference.mul(new Scalar(r0 / (r0 + r1))));
      Tensor second = difference.mul(new Scalar(1 / (r0 + r1)));
      return prev.plus(weights.slope(), first).plus(weights.curvature(), second);
    }

    /** The difference quotient between the values {@code ago} and one more steps ago, times h. */
    private Tensor slope(int index, int ago) {
      return values.get(ago).sub(values.get(ago + 1)).mul(new Scalar(1 / ratio(index, ago)));
    }

    /** The width in lambda of the step {@code ago + 1} steps ago, over that of this one. */
    private float ratio(int index, int ago) {
      return (lambda(index - ago) - lambda(index - ago - 1)) / (lambda(index + 1) - lambda(index));
    }

    @Override
    public void close() {
      values.close();
    }
  }
}
