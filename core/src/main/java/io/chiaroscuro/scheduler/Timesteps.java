package io.chiaroscuro.scheduler;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The timesteps a run visits, the noisiest first, computed and rounded as NumPy does it (half to
 * even).
 */
final class Timesteps {

  private Timesteps() {}

  /** Where each step needs one timestep and its successor follows by arithmetic: DDIM's kin. */
  static double[] rounded(SchedulerConfig config, int numInferenceSteps) {
    return rint(spread(config, numInferenceSteps));
  }

  /** As Euler visits them: evenly spread ones may lie between integers. */
  static double[] spread(SchedulerConfig config, int numInferenceSteps) {
    checkSteps(config, numInferenceSteps);
    int trained = config.numTrainTimesteps();
    return checked(
        config,
        switch (config.timestepSpacing()) {
          case LINSPACE -> single(descending(trained - 1, numInferenceSteps));
          case LEADING -> leading(trained, numInferenceSteps, config.stepsOffset());
          case TRAILING -> trailing(trained, trained, numInferenceSteps);
        });
  }

  /**
   * As the multistep solvers visit them: the end of the last step counts as a point, too.
   *
   * @param limit timesteps from here on are not visited, at most numTrainTimesteps
   */
  static double[] withoutEnd(SchedulerConfig config, int limit, int numInferenceSteps) {
    checkSteps(config, numInferenceSteps);
    int points = numInferenceSteps + 1;
    double[] timesteps =
        rint(
            switch (config.timestepSpacing()) {
              case LINSPACE -> withoutLast(descending(limit - 1, points));
              case LEADING -> withoutLast(leading(limit, points, config.stepsOffset()));
              case TRAILING -> trailing(config.numTrainTimesteps(), limit, numInferenceSteps);
            });
    if (IntStream.range(1, timesteps.length).anyMatch(i -> timesteps[i] >= timesteps[i - 1])) {
      throw new InvalidInputException(
          "%d inference steps visit a timestep twice, of which %s can make nothing; choose fewer steps."
              .formatted(numInferenceSteps, config.type()));
    }
    return checked(config, timesteps);
  }

  /**
   * As consistency models are asked: evenly among the timesteps they were distilled at.
   *
   * @throws InvalidInputException if there are fewer of those than steps
   */
  static double[] distilled(SchedulerConfig config, int numInferenceSteps) {
    checkSteps(config, numInferenceSteps);
    int original = config.originalInferenceSteps();
    if (numInferenceSteps > original) {
      throw new InvalidInputException(
          "The scheduler %s cannot take %d steps, of which the model was distilled at %d (original_inference_steps); choose 4 to 8."
              .formatted(config.type(), numInferenceSteps, original));
    }
    int stride = config.numTrainTimesteps() / original;
    double step = (double) original / numInferenceSteps;
    return IntStream.range(0, numInferenceSteps)
        .mapToDouble(i -> (original - Math.floor(i * step)) * stride - 1)
        .toArray();
  }

  private static double[] descending(int first, int count) {
    double[] timesteps = new double[count];
    double step = (double) first / Math.max(1, count - 1);
    for (int i = 0; i < count; i++) {
      timesteps[i] = (count - 1 - i) * step;
    }
    if (count > 1) {
      timesteps[0] = first;
    }
    return timesteps;
  }

  private static double[] leading(int limit, int count, int offset) {
    int step = limit / count;
    double[] timesteps = new double[count];
    for (int i = 0; i < count; i++) {
      timesteps[i] = (double) (count - 1 - i) * step + offset;
    }
    return timesteps;
  }

  private static double[] trailing(int trained, int limit, int count) {
    double step = (double) trained / count;
    // NumPy's arange: its length is a rounded-up quotient, its increment a difference of two terms.
    double increment = (limit - step) - limit;
    double[] timesteps = new double[(int) Math.ceil(limit / step)];
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = Math.rint(limit + i * increment) - 1;
    }
    return timesteps;
  }

  private static double[] withoutLast(double[] timesteps) {
    return Arrays.copyOf(timesteps, timesteps.length - 1);
  }

  /** As diffusers has them, which asks the network at timesteps in single precision. */
  static double[] single(double[] timesteps) {
    return Arrays.stream(timesteps).map(t -> (float) t).toArray();
  }

  private static double[] rint(double[] timesteps) {
    return Arrays.stream(timesteps).map(Math::rint).toArray();
  }

  private static void checkSteps(SchedulerConfig config, int numInferenceSteps) {
    if (numInferenceSteps < 1 || numInferenceSteps > config.numTrainTimesteps()) {
      throw new InvalidInputException(
          "The number of inference steps cannot be %d; choose 1 to %d, the timesteps the model was trained on."
              .formatted(numInferenceSteps, config.numTrainTimesteps()));
    }
  }

  private static double[] checked(SchedulerConfig config, double[] timesteps) {
    if (timesteps[0] >= config.numTrainTimesteps() || timesteps[timesteps.length - 1] < 0) {
      throw new InvalidInputException(
          "%d inference steps with %s spacing and steps_offset %d leave the timesteps 0 to %d that the model was trained on; choose fewer steps."
              .formatted(
                  timesteps.length,
                  config.timestepSpacing().name().toLowerCase(Locale.ROOT),
                  config.stepsOffset(),
                  config.numTrainTimesteps() - 1));
    }
    return timesteps;
  }
}
