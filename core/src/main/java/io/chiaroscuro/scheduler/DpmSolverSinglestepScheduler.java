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
 * DPM-Solver and DPM-Solver++, single step, orders 1 to 3: <a
 * href="https://arxiv.org/abs/2206.00927">Lu et al., 2022a</a>, algorithms 1 and 2, and <a
 * href="https://arxiv.org/abs/2211.01095">2022b</a>. A step of order k is k calls of the network:
 * each goes from the step's start, as far as the noise level after its own, with the values known
 * by then. The number of steps is that of calls.
 */
public final class DpmSolverSinglestepScheduler extends SigmaScheduler {

  private final Clipping clipping;

  /**
   * @throws InvalidInputException if the settings contradict each other
   */
  public DpmSolverSinglestepScheduler(SchedulerConfig config) {
    super(config);
    AlgorithmType algorithm = config.algorithmType();
    if (algorithm == AlgorithmType.SDE_DPMSOLVER) {
      throw new InvalidInputException(
          "The scheduler dpmsolver_singlestep knows no algorithm_type sde-dpmsolver; choose"
              + " sde-dpmsolver++.");
    }
    if (algorithm == AlgorithmType.DPMSOLVER && config.finalSigmasType() == FinalSigmasType.ZERO) {
      throw new InvalidInputException(
          "The scheduler's final_sigmas_type cannot be zero with algorithm_type dpmsolver; choose"
              + " sigma_min or dpmsolver++.");
    }
    if (algorithm == AlgorithmType.DPMSOLVER && config.thresholding()) {
      throw new InvalidInputException(
          "The scheduler dpmsolver_singlestep knows no thresholding with algorithm_type dpmsolver;"
              + " choose dpmsolver++.");
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
    return new SinglestepTrajectory(
        SigmaSchedule.ofSolver(
            config,
            trainedSigmas,
            SigmaSchedule.visitable(config, trainedSigmas),
            numInferenceSteps));
  }

  /**
   * Which call this is within its step, 0 for the first. The last call of all begins a step of its
   * own where sigma ends at zero, towards which nothing can be extrapolated.
   */
  private int call(int index, int length) {
    boolean endsAtZero = config.finalSigmasType() == FinalSigmasType.ZERO;
    boolean divides = length % config.solverOrder() == 0;
    boolean endsAlone = endsAtZero || config.lowerOrderFinal() && divides;
    return index == length - 1 && endsAlone ? 0 : index % config.solverOrder();
  }

  private final class SinglestepTrajectory extends NormalizedSigmaTrajectory {

    private final History values = new History(config.solverOrder());
    private final History start = new History(1);

    SinglestepTrajectory(SigmaSchedule sigmas) {
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
                : config.predictionType().epsilon(modelOutput, sample, level));
        // A run that began midway knows fewer values, and begins with a step of its own.
        int call = Math.min(call(index, length()), values.size() - 1);
        if (call == 0) {
          start.push(sample.to(DType.FLOAT32.torch()));
        }
        Tensor prev = advance(index, call, modelOutput, generator);
        return new StepResult(scope.keep(prev.to(modelOutput.scalar_type())), scope.keep(original));
      }
    }

    private Tensor advance(int index, int call, Tensor modelOutput, NoiseSource generator) {
      DpmSolverCoefficients weights =
          DpmSolverCoefficients.of(
              config.algorithmType(), noiseLevel(index - call), noiseLevel(index + 1));
      WeightedSum prev =
          WeightedSum.of(weights.sample(), start.get(0)).plus(weights.value(), values.get(call));
      prev =
          switch (call) {
            case 0 -> prev;
            case 1 -> secondOrder(prev, weights, index);
            default -> thirdOrder(prev, weights, index);
          };
      if (config.algorithmType().isStochastic()) {
        prev = prev.plus(weights.noise(), Noise.like(modelOutput, generator));
      }
      return prev.tensor();
    }

    private WeightedSum secondOrder(WeightedSum prev, DpmSolverCoefficients weights, int index) {
      float weight =
          config.solverType() == SolverType.MIDPOINT ? weights.midpoint() : weights.slope();
      return prev.plus(weight, slope(index, 1, 0));
    }

    private WeightedSum thirdOrder(WeightedSum prev, DpmSolverCoefficients weights, int index) {
      Tensor latest = slope(index, 2, 0);
      if (config.solverType() == SolverType.MIDPOINT) {
        return prev.plus(weights.slope(), latest);
      }
      float r0 = ratio(index, 2, 0);
      float r1 = ratio(index, 2, 1);
      Tensor earlier = slope(index, 2, 1);
      Tensor first =
          earlier.mul(new Scalar(r0)).sub(latest.mul(new Scalar(r1))).div(new Scalar(r0 - r1));
      Tensor second = latest.sub(earlier).mul(new Scalar(2.0)).div(new Scalar(r0 - r1));
      return prev.plus(weights.slope(), first).plus(weights.curvature(), second);
    }

    /** The difference quotient between the values {@code ago} and at the step's start, times h. */
    private Tensor slope(int index, int call, int ago) {
      return values.get(ago).sub(values.get(call)).mul(new Scalar(1 / ratio(index, call, ago)));
    }

    /** How far in lambda, as a share of the step, the value {@code ago} lies from its start. */
    private float ratio(int index, int call, int ago) {
      float from = lambda(index - call);
      return (lambda(index - ago) - from) / (lambda(index + 1) - from);
    }

    @Override
    public void close() {
      values.close();
      start.close();
    }
  }
}
