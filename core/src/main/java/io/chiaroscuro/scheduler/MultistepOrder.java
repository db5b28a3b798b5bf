package io.chiaroscuro.scheduler;

/** Of which order a multistep solver's step is. */
final class MultistepOrder {

  /** Below this many steps, lower orders are the more stable ones at the end. */
  private static final int FEW_STEPS = 15;

  private MultistepOrder() {}

  /**
   * As high as there are values, at most the solver's, and where steps are few lower again at the
   * end.
   *
   * @param length steps of the whole run
   * @param values how many of the network's are known
   */
  static int at(SchedulerConfig config, int index, int length, int values) {
    int remaining = length - index;
    boolean few = config.lowerOrderFinal() && length < FEW_STEPS;
    int order = few && remaining < 3 ? remaining : config.solverOrder();
    return Math.min(values, Math.min(order, config.solverOrder()));
  }
}
