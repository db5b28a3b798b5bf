package io.chiaroscuro.training.method;

import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.subject.Learner;

/** What of a model is to learn. */
public sealed interface Learnable permits WholeNetworks, LowRankAdapters, NewWord {

  /** Whether it lies in that network or behind it, so that gradients have to flow through it. */
  boolean reaches(Component network);

  /**
   * Makes a model learn.
   *
   * @param model closed with the result
   * @param seed of what begins at random
   * @throws io.chiaroscuro.InvalidInputException if the model lacks what is to learn
   */
  Learner begin(StableDiffusion model, long seed);
}
