package io.chiaroscuro.training.optim;

import io.chiaroscuro.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How fast is learnt at each step, after the schedules that diffusers' scripts offer as {@code
 * lr_scheduler}. During the first {@code warmupSteps} the rate rises in a line from 0; {@code
 * constant} knows no warm-up.
 *
 * @param schedule what follows the warm-up
 * @param peak the learning rate, positive
 * @param warmupSteps 0 or more
 * @param trainSteps after which linear and cosine reach 0
 */
public record LearningRate(Schedule schedule, double peak, long warmupSteps, long trainSteps) {

  /** The curve after the warm-up. */
  public enum Schedule {
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    LINEAR,
    COSINE;

    /**
     * By the name that diffusers' scripts use, such as {@code constant_with_warmup}.
     *
     * @throws InvalidInputException if there is none of that name
     */
    public static Schedule parse(String name) {
      return Arrays.stream(values())
          .filter(schedule -> schedule.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new InvalidInputException(
                      "There is no lr_scheduler '%s'; choose %s."
                          .formatted(
                              name,
                              Arrays.stream(values())
                                  .map(Schedule::toString)
                                  .collect(Collectors.joining(", ")))));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public LearningRate {
    if (!(peak > 0 && Double.isFinite(peak))) {
      throw new InvalidInputException(
          "The learning rate is %s; give a positive number.".formatted(peak));
    }
    if (warmupSteps < 0 || warmupSteps > trainSteps) {
      throw new InvalidInputException(
          "lr_warmup_steps is %d; give 0 to the %d steps of the run."
              .formatted(warmupSteps, trainSteps));
    }
  }

  /** The same rate at every step. */
  public static LearningRate constant(double rate) {
    return new LearningRate(Schedule.CONSTANT, rate, 0, Long.MAX_VALUE);
  }

  /** Whether the curve is another where the run is longer. */
  public boolean dependsOnTrainSteps() {
    return schedule == Schedule.LINEAR || schedule == Schedule.COSINE;
  }

  /**
   * @param step how many steps were taken before, 0 or more
   */
  public double at(long step) {
    if (schedule != Schedule.CONSTANT && step < warmupSteps) {
      return peak * step / Math.max(1, warmupSteps);
    }
    double progress =
        Math.min(1, (double) (step - warmupSteps) / Math.max(1, trainSteps - warmupSteps));
    return switch (schedule) {
      case CONSTANT, CONSTANT_WITH_WARMUP -> peak;
      case LINEAR -> peak * (1 - progress);
      case COSINE -> peak * 0.5 * (1 + Math.cos(Math.PI * progress));
    };
  }
}
