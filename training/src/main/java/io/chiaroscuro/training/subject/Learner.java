package io.chiaroscuro.training.subject;

import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.training.optim.Parameters;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A model that learns: what of it does so, and in what form that is published. */
public interface Learner extends AutoCloseable {

  /** The model as it computes while it learns. */
  StableDiffusion model();

  /** What is learnt. */
  Parameters parameters();

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
   */
  static Learner of(StableDiffusion model, Parameters parameters, Consumer<Path> publication) {
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
      public void write(Path folder) {
        publication.accept(folder);
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }
}
