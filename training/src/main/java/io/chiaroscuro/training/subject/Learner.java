package io.chiaroscuro.training.subject;

import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.optim.MixedPrecision;
import io.chiaroscuro.training.optim.Parameters;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** A model that learns: what of it does so, and in what form that is published. */
public interface Learner extends AutoCloseable {

  /** The model as it computes while it learns. */
  StableDiffusion model();

  /** What is learnt. */
  Parameters parameters();

  /** Called after each backward pass, for gradients that wait elsewhere than at the parameters. */
  default void backwardDone() {}

  /** Called whenever the parameters have other values, for what was derived from them. */
  default void parametersChanged() {}

  /**
   * Writes what was learnt.
   *
   * @throws io.chiaroscuro.InvalidInputException if it cannot be written
   */
  void write(Path folder);

  /** Closes the model too. */
  @Override
  void close();

  /**
   * Of a model's own tensors.
   *
   * @param model closed with this object
   * @param masters whose values the parameters are, where the model computes in half precision;
   *     closed with this object
   */
  static Learner of(
      StableDiffusion model,
      Parameters parameters,
      Optional<MixedPrecision> masters,
      Consumer<Path> publication) {
    return new Learner() {
      @Override
      public StableDiffusion model() {
        return model;
      }

      @Override
      public Parameters parameters() {
        return parameters;
      }

      @Override
      public void backwardDone() {
        masters.ifPresent(MixedPrecision::gatherGradients);
      }

      @Override
      public void parametersChanged() {
        masters.ifPresent(MixedPrecision::refresh);
      }

      @Override
      public void write(Path folder) {
        publication.accept(folder);
      }

      @Override
      public void close() {
        masters.ifPresent(MixedPrecision::close);
        model.close();
      }
    };
  }
}
