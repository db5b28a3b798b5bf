package io.chiaroscuro.training.optim;

import io.chiaroscuro.InvalidInputException;

/**
 * AdamW's constants, named as diffusers' scripts name them.
 *
 * @param beta1 memory of the mean gradient, 0 to below 1
 * @param beta2 memory of the squared gradient, 0 to below 1
 * @param weightDecay share of a weight lost per unit of learning rate, not negative
 * @param epsilon added to the denominator, positive
 */
public record AdamWConfig(double beta1, double beta2, double weightDecay, double epsilon) {

  /** As in diffusers' scripts. */
  public static final AdamWConfig DEFAULT = new AdamWConfig(0.9, 0.999, 1e-2, 1e-8);

  public AdamWConfig {
    require(beta1 >= 0 && beta1 < 1, "adam_beta1", beta1, "0 to below 1");
    require(beta2 >= 0 && beta2 < 1, "adam_beta2", beta2, "0 to below 1");
    require(weightDecay >= 0, "adam_weight_decay", weightDecay, "0 or more");
    require(epsilon > 0, "adam_epsilon", epsilon, "a positive number");
  }

  private static void require(boolean valid, String name, double value, String range) {
    if (!valid || !Double.isFinite(value)) {
      throw new InvalidInputException("%s is %s; give %s.".formatted(name, value, range));
    }
  }
}
