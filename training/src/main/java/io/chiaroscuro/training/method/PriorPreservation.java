package io.chiaroscuro.training.method;

import io.chiaroscuro.InvalidInputException;

/**
 * Pictures of the class that a subject belongs to, learnt beside those of the subject lest the
 * class be forgotten (<a href="https://arxiv.org/abs/2208.12242">Ruiz et al. 2022</a>).
 *
 * @param pictures of the class
 * @param priorLossWeight how much they count, positive
 */
public record PriorPreservation(TrainingPictures pictures, double priorLossWeight) {

  public PriorPreservation {
    if (!(priorLossWeight > 0)) {
      throw new InvalidInputException(
          "prior_loss_weight is %s; give a positive number, or leave out with_prior_preservation."
              .formatted(priorLossWeight));
    }
  }
}
