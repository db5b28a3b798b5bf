package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.NoiseSource;
import io.chiaroscuro.tensor.TensorScope;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Pseudo numerical methods: <a href="https://arxiv.org/abs/2202.09778">Liu et al., 2022</a>. Linear
 * multistep ("PLMS", equation 12) over equation 9's transfer, the first steps either by the
 * method's lower orders, with the first one taken twice, or ({@code skip_prk_steps} false) by
 * pseudo Runge-Kutta, four evaluations a step.
 */
public final class PndmScheduler extends ConfiguredScheduler {

  /** Steps that Runge-Kutta takes before there is a history of four. */
  private static final int RUNGE_KUTTA_STEPS = 3;

  private static final int EVALUATIONS = 4;

  /**
   * @throws InvalidInputException if the network predicts samples, which this method cannot use
   */
  public PndmScheduler(SchedulerConfig config) {
    super(config);
    refuseSamplePrediction(SchedulerType.DDIM);
  }

  @Override
  public Trajectory start(int numInferenceSteps) {
    double[] once = Timesteps.rounded(config, numInferenceSteps);
    int stride = config.numTrainTimesteps() / numInferenceSteps;
    if (config.skipPrkSteps()) {
      return new PndmTrajectory(secondTwice(once), stride, 0);
    }
    if (once.length <= RUNGE_KUTTA_STEPS) {
      throw new InvalidInputException(
          "The scheduler pndm with skip_prk_steps false cannot take %d steps; choose %d or more."
              .formatted(numInferenceSteps, RUNGE_KUTTA_STEPS + 1));
    }
    return new PndmTrajectory(
        rungeKuttaFirst(once, stride / 2), stride, RUNGE_KUTTA_STEPS * EVALUATIONS);
  }

  /** The second evaluation corrects the first step rather than taking the next. */
  private static double[] secondTwice(double[] once) {
    return once.length == 1
        ? once
        : IntStream.range(0, once.length + 1).mapToDouble(i -> once[i < 2 ? i : i - 1]).toArray();
  }

  /** The first steps evaluate at their start, twice half-way and at their end. */
  private static double[] rungeKuttaFirst(double[] once, int half) {
    DoubleStream first =
        IntStream.range(0, RUNGE_KUTTA_STEPS)
            .boxed()
            .flatMapToDouble(
                i -> DoubleStream.of(once[i], once[i + 1] + half, once[i + 1] + half, once[i + 1]));
    return DoubleStream.concat(first, DoubleStream.of(once).skip(RUNGE_KUTTA_STEPS)).toArray();
  }

  private final class PndmTrajectory extends VariancePreservingTrajectory {

    private final int stride;
    private final int rungeKuttaEvaluations;
    private final History outputs = new History(4);
    private final History evaluations = new History(EVALUATIONS);
    private final History start = new History(1);

    /** How many steps were taken, which is less than the index where a run began midway. */
    private int taken;

    PndmTrajectory(double[] timesteps, int stride, int rungeKuttaEvaluations) {
      super(config.predictionType(), schedule, timesteps);
      this.stride = stride;
      this.rungeKuttaEvaluations = rungeKuttaEvaluations;
    }

    @Override
    public StepResult step(Tensor modelOutput, int index, Tensor sample, NoiseSource generator) {
      try (var scope = new TensorScope()) {
        Tensor prev =
            index < rungeKuttaEvaluations
                ? rungeKutta(modelOutput, index, sample)
                : linearMultistep(modelOutput, index, sample);
        taken++;
        Tensor original =
            config.predictionType().originalSample(modelOutput, sample, noiseLevel(index));
        return new StepResult(scope.keep(prev), scope.keep(original));
      }
    }

    private Tensor rungeKutta(Tensor modelOutput, int index, Tensor sample) {
      int evaluation = index % EVALUATIONS;
      int from = timestep(index - evaluation);
      int to = timestep(index) - (evaluation % 2 == 0 ? stride / 2 : 0);
      evaluations.push(modelOutput);
      if (evaluation == 0) {
        outputs.push(modelOutput);
        start.push(sample);
      }
      Tensor slope = evaluation < EVALUATIONS - 1 ? modelOutput : rungeKuttaSlope();
      return transfer(start.get(0), from, to, slope);
    }

    private Tensor rungeKuttaSlope() {
      return WeightedSum.of(1 / 6f, evaluations.get(3))
          .plus(1 / 3f, evaluations.get(2))
          .plus(1 / 3f, evaluations.get(1))
          .plus(1 / 6f, evaluations.get(0))
          .tensor();
    }

    private Tensor linearMultistep(Tensor modelOutput, int index, Tensor sample) {
      if (taken == 1) {
        // Once more from the start, now with the mean of the slopes at both ends.
        Tensor slope = WeightedSum.of(0.5f, modelOutput).plus(0.5f, outputs.get(0)).tensor();
        // Where timesteps are not a stride apart, diffusers starts from a stride before, too. And
        // where a run began midway, the second step goes to the second timestep once more, too.
        return transfer(start.get(0), timestep(index) + stride, timestep(index), slope);
      }
      outputs.push(modelOutput);
      start.push(sample);
      return transfer(sample, timestep(index), timestep(index) - stride, adamsBashforth(outputs));
    }

    /** Equation 9: from timestep {@code from} to {@code to} along {@code modelOutput}. */
    private Tensor transfer(Tensor sample, int from, int to, Tensor modelOutput) {
      float alpha = schedule.alphasCumprod(from);
      float alphaPrev = schedule.alphasCumprodOrFinal(to, config.setAlphaToOne());
      Tensor epsilon =
          config.predictionType().epsilon(modelOutput, sample, schedule.noiseLevel(from));
      float denominator =
          alpha * (float) Math.sqrt(1 - alphaPrev)
              + (float) Math.sqrt(alpha * (1 - alpha) * alphaPrev);
      return WeightedSum.of((float) Math.sqrt(alphaPrev / alpha), sample)
          .plus((alpha - alphaPrev) / denominator, epsilon)
          .tensor();
    }

    @Override
    public void close() {
      outputs.close();
      evaluations.close();
      start.close();
    }
  }

  /** The linear multistep method of as high an order as there are outputs, equation 12. */
  private static Tensor adamsBashforth(History outputs) {
    float[] weights =
        switch (outputs.size()) {
          case 1 -> new float[] {1};
          case 2 -> new float[] {3 / 2f, -1 / 2f};
          case 3 -> new float[] {23 / 12f, -16 / 12f, 5 / 12f};
          default -> new float[] {55 / 24f, -59 / 24f, 37 / 24f, -9 / 24f};
        };
    WeightedSum slope = WeightedSum.of(weights[0], outputs.get(0));
    for (int ago = 1; ago < weights.length; ago++) {
      slope = slope.plus(weights[ago], outputs.get(ago));
    }
    return slope.tensor();
  }
}
