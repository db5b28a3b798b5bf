package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.scheduler.SchedulerConfig.FinalSigmasType;
import io.chiaroscuro.scheduler.SchedulerConfig.SolverType;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * UniPC: <a href="https://arxiv.org/abs/2302.04867">Zhao et al., 2023</a>, algorithms 5 to 8. Each
 * step first corrects the sample it is given, with the network's value at that very sample (UniC),
 * then predicts the next (UniP).
 */
public final class UniPcMultistepScheduler extends SigmaScheduler {

  private final Clipping clipping;

  /**
   * @throws InvalidInputException if the settings contradict each other
   */
  public UniPcMultistepScheduler(SchedulerConfig config) {
    super(config);
    if (config.solverType() != SolverType.BH1 && config.solverType() != SolverType.BH2) {
      throw new InvalidInputException(
          "The scheduler's solver_type cannot be %s; it must be bh1 or bh2."
              .formatted(config.solverType()));
    }
    boolean endsAtZero = config.finalSigmasType() == FinalSigmasType.ZERO;
    if (endsAtZero && !config.predictX0()) {
      throw new InvalidInputException(
          "The scheduler's final_sigmas_type cannot be zero with predict_x0 false; choose"
              + " sigma_min.");
    }
    if (endsAtZero && !config.lowerOrderFinal() && config.solverOrder() > 1) {
      throw new InvalidInputException(
          "The scheduler's final_sigmas_type cannot be zero with lower_order_final false; choose"
              + " sigma_min.");
    }
    this.clipping = Clipping.of(config);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    return new UniPcTrajectory(
        SigmaSchedule.ofSolver(
            config, trainedSigmas, config.numTrainTimesteps(), numInferenceSteps));
  }

  private final class UniPcTrajectory extends NormalizedSigmaTrajectory {

    /** The model's values (x_0 or epsilon) at the corrected samples. */
    private final History values = new History(config.solverOrder());

    private final History corrected = new History(1);

    UniPcTrajectory(SigmaSchedule sigmas) {
      super(sigmas);
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      try (var scope = new TensorScope()) {
        NoiseLevel level = noiseLevel(index);
        Tensor original = config.predictionType().originalSample(modelOutput, sample, level);
        if (config.predictX0()) {
          original = clipping.apply(original);
        }
        Tensor value =
            config.predictX0()
                ? original
                : config.predictionType().epsilon(modelOutput, sample, level);
        boolean correcting = values.size() > 0 && !config.disableCorrector().contains(index - 1);
        Tensor x = correcting ? correct(value, index) : sample;
        values.push(value);
        corrected.push(x);
        return new StepResult(scope.keep(predict(index)), scope.keep(original));
      }
    }

    /** UniC: the previous step again, now that the value at its end is known. */
    private Tensor correct(Tensor value, int index) {
      UniPcCoefficients step = coefficients(index - 1);
      float[] weights = step.correctorWeights();
      float last = weights[weights.length - 1];
      return residuals(step, weights)
          .plus(-step.residual() * last, value.sub(values.get(0)))
          .tensor();
    }

    /** UniP: from the corrected sample to the next noise level. */
    private Tensor predict(int index) {
      UniPcCoefficients step = coefficients(index);
      return residuals(step, step.predictorWeights()).tensor();
    }

    /** What predictor and corrector share: the sample, the value at it and those before. */
    private WeightedSum residuals(UniPcCoefficients step, float[] weights) {
      Tensor value = values.get(0);
      WeightedSum sum = WeightedSum.of(step.sample(), corrected.get(0)).plus(-step.value(), value);
      for (int k = 0; k + 1 < step.order(); k++) {
        Tensor slope = values.get(k + 1).sub(value).div(new Scalar(step.ratio(k)));
        sum = sum.plus(-step.residual() * weights[k], slope);
      }
      return sum;
    }

    private UniPcCoefficients coefficients(int from) {
      float[] earlier = new float[order(from) - 1];
      for (int k = 0; k < earlier.length; k++) {
        earlier[k] = lambda(from - 1 - k);
      }
      return new UniPcCoefficients(
          config.predictX0(), config.solverType(), noiseLevel(from), noiseLevel(from + 1), earlier);
    }

    /** As high as there are values, at most the solver's; lower again towards the end. */
    private int order(int index) {
      return config.lowerOrderFinal() ? Math.min(values.size(), length() - index) : values.size();
    }

    @Override
    public void close() {
      values.close();
      corrected.close();
    }
  }
}
